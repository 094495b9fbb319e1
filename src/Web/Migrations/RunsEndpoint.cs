using System.Text.Json.Serialization;
using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Migrations;

sealed record RunDocument(
    string Run,
    string Symbol,
    string State,
    string Direction,
    int Phase,
    string Title,
    string Step,
    [property: JsonPropertyName("started_by")] string StartedBy,
    [property: JsonPropertyName("started_at")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("finished_at")] DateTimeOffset? FinishedAt,
    [property: JsonPropertyName("retention_until")] DateTimeOffset? RetentionUntil,
    [property: JsonPropertyName("waiting_since")] DateTimeOffset? WaitingSince,
    string? Throttled,
    string? Error,
    string Revision
);

sealed record RunsDocument(string Schema, IReadOnlyList<RunDocument> Runs);

sealed record RunStepDocument(
    string Step,
    int Phase,
    string State,
    long Done,
    long? Total,
    [property: JsonPropertyName("began_at")] DateTimeOffset BeganAt,
    [property: JsonPropertyName("ended_at")] DateTimeOffset? EndedAt
);

sealed record RunGateDocument(
    string Gate,
    int Phase,
    string Verdict,
    string Expected,
    string Observed,
    string? Evidence,
    string? Unblock,
    DateTimeOffset Since,
    [property: JsonPropertyName("accepted_by")] string? AcceptedBy
);

sealed record RunEventDocument(long Seq, DateTimeOffset At, string Role, string Kind, string Detail);

sealed record RunDetailDocument(
    string Schema,
    RunDocument Run,
    IReadOnlyList<RunStepDocument> Steps,
    IReadOnlyList<RunGateDocument> Gates,
    IReadOnlyList<RunEventDocument> Events
);

/// <summary><c>runs</c> and <c>runs/{name}</c>: migrations, as the tables know them. Nobody has to be running for it.</summary>
sealed class RunsEndpoint(NpgsqlDataSource database, ReadGate gate)
{
    public static async Task ListAsync(HttpContext http, RunsEndpoint endpoint) =>
        await WebJson.WriteAsync(http, new RunsDocument("dxy.runs/1", await endpoint.RunsAsync(http.RequestAborted)));

    public static async Task OneAsync(string name, HttpContext http, RunsEndpoint endpoint) =>
        await WebJson.WriteAsync(http, await endpoint.DetailAsync(name, http.RequestAborted));

    /// <summary>Every run, the newest first.</summary>
    public Task<List<RunDocument>> RunsAsync(CancellationToken cancellation) => gate.ReadAsync(ReadAsync, cancellation);

    /// <summary>The same, for who has a turn already.</summary>
    public Task<List<RunDocument>> ReadAsync(CancellationToken cancellation) =>
        database.Statement("list_runs").RowsAsync(Row, cancellation);

    async Task<RunDetailDocument> DetailAsync(string name, CancellationToken cancellation)
    {
        var run = (await RunsAsync(cancellation)).Find(one => one.Run == name)
            ?? throw ProblemKind.UnknownRun.Of("there is no migration of this name", "/api/v1/runs lists them");
        var view = await gate.ReadAsync(end => new RunViewReader(database).ReadAsync(name, end), cancellation)
            ?? throw ProblemKind.UnknownRun.Of("there is no migration of this name any more");
        return new RunDetailDocument(
            "dxy.run/1",
            run,
            [
                .. view.Steps.Select(step => new RunStepDocument(
                    step.Name,
                    (int)step.Phase,
                    Word(step.State.ToString()),
                    step.Done,
                    step.Total,
                    step.StartedAt.ToDateTimeOffset(),
                    step.FinishedAt?.ToDateTimeOffset()
                )),
            ],
            [
                .. view.Gates.Select(gate => new RunGateDocument(
                    gate.Gate.Name,
                    (int)gate.Phase,
                    gate.Gate.Verdict.Capitals(),
                    gate.Gate.Expected,
                    gate.Gate.Observed,
                    gate.Gate.Evidence,
                    gate.Gate.Unblock,
                    gate.Since.ToDateTimeOffset(),
                    gate.Accepted?.Role
                )),
            ],
            [.. view.Events.Select(one => new RunEventDocument(one.Seq, one.At.ToDateTimeOffset(), one.Role, one.Kind, one.Detail))]
        );
    }

    public static RunDocument Row(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetInt32(4),
            MigrationPhases.Title((MigrationPhase)row.GetInt32(4)),
            row.GetString(5),
            row.GetString(6),
            row.GetUtc(7).ToDateTimeOffset(),
            Time(row, 8),
            Time(row, 9),
            Time(row, 10),
            row.IsDBNull(11) ? null : row.GetString(11),
            row.IsDBNull(12) ? null : row.GetString(12),
            row.GetString(13)
        );

    static DateTimeOffset? Time(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetUtc(ordinal).ToDateTimeOffset();

    static string Word(string name) => name.ToLowerInvariant();
}
