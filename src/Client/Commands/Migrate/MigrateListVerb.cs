using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate list</c>: every run that this database knows, the newest first.</summary>
internal sealed class MigrateListVerb() : Verb("list", "Lists the runs of this database, the newest first.", "migrate list")
{
    const string Runs = """
        SELECT r.name, r.symbol, r.state, r.direction, r.phase, r.step, r.started_by, r.started_at, r.finished_at, r.retention_until
        FROM dxy.run AS r ORDER BY r.started_at DESC, r.name DESC
        """;

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        await using var command = database.CreateCommand(Runs);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var table = new TextTable("run", "symbol", "state", "phase", "step", "started", "by", "ended", "can be brought back until");
        using var document = session.Json ? session.Document("dxy.migrate_list/1") : null;
        document?.Json.WriteStartArray("runs");
        while (await reader.ReadAsync(cancellation))
        {
            var (finished, until) = (Time(8), Time(9));
            if (document is not null)
            {
                var json = document.Json;
                json.WriteStartObject();
                json.WriteString("run", reader.GetString(0));
                json.WriteString("symbol", reader.GetString(1));
                json.WriteString("state", reader.GetString(2));
                json.WriteString("direction", reader.GetString(3));
                json.WriteNumber("phase", reader.GetInt32(4));
                json.WriteString("step", reader.GetString(5));
                json.WriteString("started_by", reader.GetString(6));
                json.Time("started_at", reader.GetUtc(7));
                json.Time("finished_at", finished);
                json.Time("retention_until", until);
                json.WriteEndObject();
                continue;
            }

            var state =
                reader.GetString(2).Replace('_', ' ')
                + (reader.GetString(3) == "back" && reader.GetString(2) != "rolled_back" ? ", going back" : "");
            table.Add(
                reader.GetString(0),
                reader.GetString(1),
                state,
                $"{reader.GetInt32(4)}",
                reader.GetString(5),
                reader.GetUtc(7).ToString(),
                reader.GetString(6),
                finished?.ToString() ?? "-",
                until?.ToString() ?? "-"
            );
        }

        document?.Json.WriteEndArray();
        if (document is null && table.Count > 0)
        {
            table.Write(session.Out);
        }
        else if (document is null)
        {
            session.Out.WriteLine("no migration was started here");
        }

        return ExitCode.Done;

        UtcTime? Time(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetUtc(ordinal);
    }
}
