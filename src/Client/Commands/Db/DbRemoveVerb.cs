using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Membership;
using DxyOrleans.Schema;
using Npgsql;

namespace DxyOrleans.Client.Commands.Db;

/// <summary><c>db remove</c>: takes everything of ours out and proves that nothing else went or changed.</summary>
internal sealed class DbRemoveVerb : Verb
{
    readonly Option<bool> _discardBackups = new("--discard-backups")
    {
        Description = "Drop the backup of a completed migration too, though it could still be taken back.",
    };

    public DbRemoveVerb()
        : base("remove", "Takes everything of ours out of the database and proves it.", "db remove --yes") => Options.Add(_discardBackups);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.RawDatabaseAsync(cancellation);
        if (await SiloRoster.CountAliveAsync(database, cancellation) is var alive and > 0)
        {
            throw Fault
                .Gate("silos-running", $"{alive} silo(s) work in this database", session.DatabaseName, "stop them first ('./dxy down')")
                .ToException();
        }

        var name = new NpgsqlConnectionStringBuilder(await session.ConnectionAsync(cancellation)).Database ?? "database";
        Confirmation.Require(session, "This removes the schemas dxy and dxy_orleans with the backlog, corrections and triggers", name);
        var result = await SchemaRemoval.RemoveAsync(database, cancellation, parse.GetValue(_discardBackups));
        if (session.Json)
        {
            using var document = session.Document("dxy.db_remove/1");
            Strings(document, "removed", result.Removed);
            Strings(document, "kept", result.Kept);
            document.Json.WriteNumber("facts_unchanged", result.Facts);
            document.Json.WriteNumber("relations_unchanged", result.Relations);
            document.Json.WriteNumber("rows_untouched", result.Rows);
            return ExitCode.Done;
        }

        foreach (var line in result.Removed)
        {
            session.Out.WriteLine($"removed  {line}");
        }

        foreach (var table in result.Kept)
        {
            session.Out.WriteLine($"kept     {table}");
        }

        session.Out.WriteLine(
            $"nothing of ours is left; the other {result.Relations} relations stand as they stood, with {result.Facts} facts of the "
                + $"host's tables compared and unchanged "
                + $"and their {result.Rows} rows untouched"
        );
        return ExitCode.Done;
    }

    static void Strings(JsonOutput document, string name, IReadOnlyList<string> values)
    {
        document.Json.WriteStartArray(name);
        foreach (var value in values)
        {
            document.Json.WriteStringValue(value);
        }

        document.Json.WriteEndArray();
    }
}
