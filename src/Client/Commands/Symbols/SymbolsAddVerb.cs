using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary><c>symbols add</c>: registry rows from a JSON file or from the catalogue; what becomes due by them is derived.</summary>
internal sealed class SymbolsAddVerb : Verb
{
    readonly Argument<string?> _file = new("FILE")
    {
        Description =
            "A JSON object or array: {\"symbol\": \"EURX\", \"asset_class\": \"currency_index\", \"metadata\": {\"is_synthetic\": true, "
            + "\"components\": […], \"factor\": …, \"exponents\": {…}}}.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string[]> _catalog = new("--from-catalog")
    {
        Description = "Indexes of 'symbols catalog' by their names, or crosses for all fifteen. Several times, or with commas.",
        HelpName = "NAME",
    };

    readonly Option<Symbol?> _as = new("--as")
    {
        Description = "Another name for the one index taken from the catalogue.",
        HelpName = "S",
        CustomParser = result => Symbol.TryParse(result.Tokens[0].Value, out var symbol) ? symbol : Refused(result),
    };

    readonly Option<bool> _noDerive = new("--no-derive") { Description = "Store only; what becomes due stays due." };

    public SymbolsAddVerb()
        : base("add", "Adds symbols or indexes to the registry, or changes them.", "symbols add eurx.json")
    {
        Arguments.Add(_file);
        Options.Add(_catalog);
        Options.Add(_as);
        Options.Add(_noDerive);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var rows = Rows(session, parse);
        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        if (parse.GetValue(_file) is null)
        {
            rows = [.. rows.Select(row => CatalogRows.Beside(row, registry))];
        }

        var known = registry
            .Entries.Select(entry => entry.Symbol)
            .Concat(rows.Where(row => row.Fault is null).Select(row => row.Entry!.Symbol))
            .ToHashSet();
        var saved = new List<(string Symbol, string What)>();
        var refused = rows.Where(row => row.Fault is not null).Select(row => (row.Name, row.Fault!)).ToList();
        foreach (var row in rows.Where(row => row.Fault is null))
        {
            if (
                row.Entry!.Index?.Components.FirstOrDefault(component => !known.Contains(component.Symbol)) is { Symbol: var missing }
                && missing != default
            )
            {
                refused.Add((row.Name, $"its component {missing} is not in the registry; add it first"));
                continue;
            }

            await using var command = database.Statement("save_symbol");
            command
                .Parameters.With(row.Entry.Symbol.Name)
                .With(row.Entry.AssetClass)
                .With(row.Entry.Description)
                .With(row.Entry.Active)
                .With(row.Metadata);
            saved.Add(
                (
                    row.Entry.Symbol.Name,
                    await command.ExecuteScalarAsync(cancellation) switch
                    {
                        true => "new",
                        false => "changed",
                        _ => "equal",
                    }
                )
            );
        }

        await using (var adopt = database.CreateCommand("SELECT dxy.adopt_targets()"))
        {
            await adopt.ExecuteNonQueryAsync(cancellation);
        }

        if (!session.Json)
        {
            saved.ForEach(one => session.Out.WriteLine($"{one.What, -8} {one.Symbol}"));
            refused.ForEach(one => session.Out.WriteLine($"refused  {one.Name}: {one.Item2}"));
        }

        DerivedReport? derived = null;
        if (!parse.GetValue(_noDerive) && saved.Exists(one => one.What != "equal"))
        {
            registry = await Registries.LoadAsync(database, cancellation);
            derived = await DerivedReport.CompleteAsync(
                session,
                database,
                registry,
                [.. saved.Select(one => Symbol.Parse(one.Symbol))],
                cancellation
            );
        }

        if (session.Json)
        {
            WriteJson(session, saved, refused, derived);
        }

        return refused.Count == 0 ? ExitCode.Done : ExitCode.InputRefused;
    }

    IReadOnlyList<RegistryRow> Rows(Session session, ParseResult parse)
    {
        var names = parse.GetValue(_catalog) ?? [];
        return (parse.GetValue(_file), names.Length) switch
        {
            ({ } file, 0) => RegistryFile.Read(Path.Combine(session.Host.Folder, file)),
            (null, > 0) => CatalogRows.Of(names, parse.GetValue(_as)),
            _ => throw Fault
                .Usage("a FILE or --from-catalog is needed, one of them", "'./dxy symbols catalog' shows what there is")
                .ToException(),
        };
    }

    static Symbol? Refused(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no symbol");
        return null;
    }

    static void WriteJson(
        Session session,
        List<(string Symbol, string What)> saved,
        List<(string Name, string Reason)> refused,
        DerivedReport? derived
    )
    {
        using var document = session.Document("dxy.symbols_add/1");
        document.Json.WriteStartArray("saved");
        foreach (var (symbol, what) in saved)
        {
            document.Json.WriteStartObject();
            document.Json.WriteString("symbol", symbol);
            document.Json.WriteString("outcome", what);
            document.Json.WriteEndObject();
        }

        document.Json.WriteEndArray();
        document.Json.WriteStartArray("refused");
        foreach (var (name, reason) in refused)
        {
            document.Json.WriteStartObject();
            document.Json.WriteString("symbol", name);
            document.Json.WriteString("reason", reason);
            document.Json.WriteEndObject();
        }

        document.Json.WriteEndArray();
        derived?.WriteJson(document.Json);
    }
}
