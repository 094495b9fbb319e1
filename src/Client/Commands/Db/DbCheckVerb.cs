using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Client.Commands.Db;

/// <summary><c>db check</c>: how the database differs from what it should be.</summary>
internal sealed class DbCheckVerb() : Verb("check", "Compares the schema with what it should be; exit code 10 when it differs.", "db check")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.RawDatabaseAsync(cancellation);
        if (await SchemaVersion.ReadAsync(database, cancellation) is { } stands && stands.Number > SchemaVersion.Own.Number)
        {
            throw new SchemaException(
                $"the database's schema is version {stands.Number} and this build knows {SchemaVersion.Own.Number}: check it with the "
                    + $"newer build."
            );
        }

        var differences = await SchemaCheck.DifferencesAsync(database, cancellation);
        var notes = (await Subscriptions.ReadAsync(database, cancellation))
            .Where(subscription => subscription.Bars.Count > 0)
            .Select(subscription => subscription.Note)
            .ToList();
        var bound = (await HostBindings.OfAsync(database, cancellation)).Lines().ToList();
        if (session.Json)
        {
            using var document = session.Document("dxy.db_check/1");
            document.Json.WriteBoolean("equal", differences.Count == 0);
            document.Json.WriteStartArray("differences");
            foreach (var difference in differences)
            {
                document.Json.WriteStringValue(difference);
            }

            document.Json.WriteEndArray();
            document.Json.WriteStartArray("notes");
            foreach (var note in notes)
            {
                document.Json.WriteStringValue(note);
            }

            document.Json.WriteEndArray();
            document.Json.WriteStartArray("binding");
            foreach (var line in bound)
            {
                document.Json.WriteStringValue(line);
            }

            document.Json.WriteEndArray();
        }
        else
        {
            foreach (var note in notes)
            {
                session.Out.WriteLine($"note: {note}");
            }

            foreach (var line in bound)
            {
                session.Out.WriteLine($"bound: {line}");
            }

            foreach (var difference in differences)
            {
                session.Out.WriteLine(difference);
            }

            session.Out.WriteLine(
                differences.Count == 0
                    ? "the database is as it should be"
                    : $"{differences.Count} differences; './dxy db apply' mends what is missing"
            );
        }

        return differences.Count == 0 ? ExitCode.Done : ExitCode.Differs;
    }
}
