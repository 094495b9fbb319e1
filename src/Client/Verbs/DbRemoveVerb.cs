using System.CommandLine;
using DxyOrleans.Client.Console;
using DxyOrleans.Client.Work;
using DxyOrleans.Storage.Schema;
using Npgsql;

namespace DxyOrleans.Client.Verbs;

/// <summary><c>db remove</c>: takes everything of ours out and proves that the shop's tables are defined as before.</summary>
internal sealed class DbRemoveVerb() : Verb("remove", "Takes everything of ours out of the database and proves it.", "db remove --yes")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.RawDatabaseAsync(cancellation);
        if (await SiloRoster.CountAliveAsync(database, cancellation) is var alive and > 0)
        {
            throw Fault.Gate("silos-running", $"{alive} silo(s) work in this database", session.DatabaseName, "stop them first ('./dxy down')").ToException();
        }

        var name = new NpgsqlConnectionStringBuilder(await session.ConnectionAsync(cancellation)).Database ?? "database";
        Confirmation.Demand(session, "This removes the schemas dxy and dxy_orleans with the backlog, corrections and triggers", name);
        var result = await SchemaRemoval.RemoveAsync(database, cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.db_remove/1");
            Strings(document, "removed", result.Removed);
            Strings(document, "kept", result.Kept);
            document.Json.WriteNumber("facts_unchanged", result.Proof);
            return ExitCode.Done;
        }

        foreach (var line in result.Removed)
        {
            session.Out.WriteLine($"removed  {line}");
        }

        foreach (var table in result.Kept)
        {
            session.Out.WriteLine($"kept     {table} (it holds rows)");
        }

        session.Out.WriteLine($"nothing of ours is left; {result.Proof} facts of the shop's tables compared, all unchanged");
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
