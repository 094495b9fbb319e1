using System.CommandLine;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate conflicts</c>: bars that stand in both tables with other values, or that can't be copied as they are.</summary>
internal sealed class MigrateConflictsVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _class = new("--class") { Description = "Only one class: different, foreign, partial, alone or superseded." };
    readonly Option<int> _limit = new("--limit")
    {
        Description = "How many to list (50).",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    public MigrateConflictsVerb()
        : base(
            "conflicts",
            "Counts a run's conflicts by class and lists them, both bars side by side.",
            "migrate conflicts --class different --limit 20"
        )
    {
        _class.AcceptOnlyFromAmong("different", "foreign", "partial", "alone", "superseded");
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000)
            {
                result.AddError("--limit is 1 to 100000");
            }
        });
        Arguments.Add(_name);
        Options.Add(_class);
        Options.Add(_limit);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        await using var command = database.Migration(
            "view/list_conflicts",
            view.Run.Name,
            parse.GetValue(_class) ?? "",
            parse.GetValue(_limit)
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (session.Json)
        {
            await WriteJsonAsync(session, view, reader, cancellation);
            return ExitCode.Done;
        }

        foreach (var count in view.Conflicts)
        {
            session.Out.WriteLine($"{RunWords.Count(count.Count)} {count.Class}: {Resolution(count.Resolution)}");
        }

        var table = new TextTable("bar", "class", "resolution", "old table", "new table");
        while (await reader.ReadAsync(cancellation))
        {
            table.Add(
                reader.GetUtc(0).ToString(),
                reader.GetString(1),
                Resolution(Text(reader, 4)),
                Text(reader, 2) ?? "-",
                Text(reader, 3) ?? "-"
            );
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }
        else
        {
            session.Out.WriteLine("no conflicts are listed");
        }

        return ExitCode.Done;
    }

    static async Task WriteJsonAsync(Session session, RunView view, NpgsqlDataReader reader, CancellationToken cancellation)
    {
        using var document = session.Document("dxy.migrate_conflicts/1");
        var json = document.Json;
        json.WriteString("run", view.Run.Name);
        Counts(json, view);
        json.WriteStartArray("conflicts");
        while (await reader.ReadAsync(cancellation))
        {
            json.WriteStartObject();
            json.Time("ts_utc", reader.GetUtc(0));
            json.WriteString("class", reader.GetString(1));
            json.WritePropertyName("source");
            json.WriteRawValue(Text(reader, 2) ?? "null");
            json.WritePropertyName("target");
            json.WriteRawValue(Text(reader, 3) ?? "null");
            json.WriteString("resolution", Text(reader, 4));
            json.WriteEndObject();
            document.Breathe();
        }

        json.WriteEndArray();
    }

    /// <summary>The counts by class and resolution.</summary>
    public static void Counts(Utf8JsonWriter json, RunView view)
    {
        json.WriteStartArray("counts");
        foreach (var count in view.Conflicts)
        {
            json.WriteStartObject();
            json.WriteString("class", count.Class);
            json.WriteString("resolution", count.Resolution);
            json.WriteNumber("count", count.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Resolution(string? resolution) => resolution?.Replace('_', ' ') ?? "open";

    static string? Text(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
}
