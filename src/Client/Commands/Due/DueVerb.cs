using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Client.Commands.Due;

/// <summary><c>due</c>: the backlog, and what is stuck in it.</summary>
internal sealed class DueVerb : Verb
{
    readonly Option<bool> _poison = new("--poison") { Description = "Only what failed, with its error." };
    readonly Option<bool> _retry = new("--retry") { Description = "Let everything that failed be tried again now." };

    public DueVerb()
        : base("due", "Shows what waits to be derived.", "due --poison")
    {
        Options.Add(_poison);
        Options.Add(_retry);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var store = new DueStore(database);
        var retried = parse.GetValue(_retry) ? await store.RetryAsync(cancellation) : (int?)null;
        var rows = await store.ListAsync(parse.GetValue(_poison), cancellation);
        var state = await BacklogState.ReadAsync(database, null, cancellation);
        if (session.Json)
        {
            WriteJson(session, rows, state, retried);
            return ExitCode.Done;
        }

        var table = new TextTable("target", "from", "to", "cause", "version", "recorded", "attempts", "retry", "error").Right(6);
        foreach (var row in rows)
        {
            table.Add(
                row.Target.ToString(),
                row.Range.From.ToString(),
                row.Range.To.ToString(),
                row.Cause + (row.Prune ? ", prune" : ""),
                row.Version?.ToString(CultureInfo.InvariantCulture) ?? "own",
                row.RecordedAt.ToString(),
                row.Attempts.ToString(CultureInfo.InvariantCulture),
                row.RetryAt?.ToString() ?? "-",
                row.Error ?? "-"
            );
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }

        if (retried is { } count)
        {
            session.Out.WriteLine($"{count} pieces of work will be tried again now");
        }

        session.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rows.Count} due, {state.Minutes:N0} minutes of bars of it ripe, {state.Parked} stuck, {state.Changes} changes to expand"
            )
        );
        return ExitCode.Done;
    }

    static void WriteJson(Session session, IReadOnlyList<DueRow> rows, BacklogState state, int? retried)
    {
        using var document = session.Document("dxy.due/1");
        var json = document.Json;
        json.WriteNumber("changes", state.Changes);
        json.WriteNumber("ripe_minutes", Math.Round(state.Minutes));
        json.WriteNumber("stuck", state.Parked);
        if (retried is { } count)
        {
            json.WriteNumber("retried", count);
        }

        json.WriteStartArray("due");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteNumber("id", row.Id);
            json.WriteString("symbol", row.Target.Symbol.Name);
            json.WriteString("timeframe", row.Target.Timeframe.ToString());
            json.Range(row.Range);
            json.WriteString("cause", row.Cause);
            json.WritePropertyName("version");
            if (row.Version is { } version)
            {
                json.WriteNumberValue(version);
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteBoolean("prune", row.Prune);
            json.Time("recorded_at", row.RecordedAt);
            json.WriteNumber("attempts", row.Attempts);
            json.Time("retry_at", row.RetryAt);
            json.WriteString("error", row.Error);
            json.WriteEndObject();
            document.Breathe();
        }

        json.WriteEndArray();
    }
}
