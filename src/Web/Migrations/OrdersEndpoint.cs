using System.Data;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Web.Access;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Migrations;

/// <summary>
/// <c>POST runs/{name}/{order}</c>: an order to a migration, given on a connection of the role that logged in, so that it can do what
/// psql could and no more.
/// </summary>
static class OrdersEndpoint
{
    /// <summary>How often an order is tried that met a portion of the run's work.</summary>
    const int MaxTries = 10;

    public static async Task<IResult> RunAsync(string name, string order, HttpContext http)
    {
        var request = await Body.ReadAsync<OrderRequest>(http);
        var login = AccessFilters.LoginOf(http)!;
        var (sql, values) = Statement(name, order, request);
        if (request.Revision is not { Length: > 0 })
        {
            throw ProblemKind.Usage.Of("revision is missing", "give the run's, as it was shown");
        }

        await using var connection = new NpgsqlConnection(login.Connection);
        await connection.OpenAsync(http.RequestAborted);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await GiveAsync(connection, name, request.Revision, sql, values, http.RequestAborted);
                break;
            }
            catch (PostgresException met) when (met.SqlState == PostgresErrorCodes.SerializationFailure && tries < MaxTries)
            {
                // The run went on meanwhile: whether to what was shown is looked at anew.
            }
        }

        var run = (await RunsAsync(connection, http.RequestAborted)).Find(one => one.Run == name)!;
        return Results.Json(new OrderedDocument("dxy.ordered/1", order, login.Role, run), WebJson.Options);
    }

    // One snapshot for the look and the order: what changes the run in between makes the order fail.
    static async Task GiveAsync(
        NpgsqlConnection connection,
        string name,
        string revision,
        string sql,
        string?[] values,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var run = (await RunsAsync(connection, cancellation)).Find(one => one.Run == name)
            ?? throw ProblemKind.UnknownRun.Of("there is no migration of this name", "/api/v1/runs lists them");
        if (run.Revision != revision)
        {
            throw ProblemKind.RunMovedOn.Of(
                $"the run is {run.State} at step {run.Step} of phase {run.Phase} now, which is not what was shown",
                "look at it again, and decide anew"
            );
        }

        await using (var command = new NpgsqlCommand(sql, connection, transaction))
        {
            foreach (var value in values)
            {
                command.Parameters.With(value);
            }

            await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    static Task<List<RunDocument>> RunsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.Statement("list_runs").RowsAsync(RunsEndpoint.Row, cancellation);

    static (string Sql, string?[] Values) Statement(string run, string order, OrderRequest request) =>
        order switch
        {
            "pause" => ("SELECT dxy.migrate_pause($1, $2)", [run, request.Reason]),
            "resume" => ("SELECT dxy.migrate_resume($1)", [run]),
            "retry" => ("SELECT dxy.migrate_retry($1)", [run]),
            "rollback" => ("SELECT dxy.migrate_rollback($1, $2)", [run, request.Reason]),
            "purge" => ("SELECT dxy.migrate_purge($1)", [run]),
            "abandon" => ("SELECT dxy.migrate_abandon($1, $2)", [run, request.Reason]),
            "approve" => ("SELECT dxy.migrate_approve($1, $2)", [run, Given("kind", request.Kind)]),
            "revoke" => ("SELECT dxy.migrate_revoke($1, $2)", [run, Given("kind", request.Kind)]),
            "ack" => ("SELECT dxy.migrate_ack($1, $2, $3)", [run, Given("gate", request.Gate), request.Reason]),
            "set" => ("SELECT dxy.migrate_set($1, $2::jsonb)", [run, Given("settings", request.Settings?.GetRawText())]),
            "decide" => (
                "SELECT dxy.migrate_decide($1, $2, $3, $4::timestamptz)",
                [run, Given("resolution", request.Resolution), request.Class, Times.Time("bar", request.Bar)?.ToString()]
            ),
            _ => throw ProblemKind.NotFound.Of(
                "there is no such order",
                "there are pause, resume, retry, rollback, purge, abandon, approve, revoke, ack, set, decide"
            ),
        };

    static string Given(string name, string? value) =>
        value is { Length: > 0 } ? value : throw ProblemKind.Usage.Of($"{name} is missing", "give it in the body");
}
