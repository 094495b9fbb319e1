using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary><c>symbols rebase</c>: new weights of an index from a time on, with the factor by which its level doesn't jump.</summary>
internal sealed class SymbolsRebaseVerb : Verb
{
    readonly Argument<Symbol> _symbol = Values.Symbol("The index.");
    readonly Option<UtcTime?> _since = Values.TimeOption("--since", "The first minute of the new weights; it ends the period before.");
    readonly Option<string[]> _exponents = new("--exponent")
    {
        Description = "A component's new exponent, as EURUSD=-0.58; the others keep theirs. Several times, or with commas.",
        HelpName = "PAIR=E",
    };
    readonly Option<bool> _noDerive = new("--no-derive") { Description = "Store only; what becomes due stays due." };

    public SymbolsRebaseVerb()
        : base(
            "rebase",
            "Gives an index new weights from a time on; the factor is computed once, so that the level goes on without a jump, and stored.",
            "symbols rebase EURX --since 2026-01-01T22:00:00Z --exponent GBPUSD=-0.31,USDCHF=0.1157"
        )
    {
        Arguments.Add(_symbol);
        Options.Add(_since);
        Options.Add(_exponents);
        Options.Add(_noDerive);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        if (parse.GetValue(_since) is not { } since || parse.GetValue(_exponents) is not { Length: > 0 } given)
        {
            throw Fault.Usage("--since and --exponent are needed", "'./dxy symbols rebase --help' shows a call").ToException();
        }

        var database = await session.DatabaseAsync(cancellation);
        var registry = await Registries.LoadAsync(database, cancellation);
        var index = registry.RequireIndex(parse.GetValue(_symbol));
        var exponents = Exponents(index.At(since), given);
        var (at, closes) = await ClosesAsync(database, index, since, cancellation);
        var rebased = Rebased(index, since, exponents, closes);
        var level = IndexFormula.Level(rebased.At(since), closes);
        var entry = registry.Require(index.Symbol);
        await SaveAsync(database, entry, IndexJson.WithPeriod(entry.Metadata, rebased), cancellation);
        var period = rebased.Later[^1];
        if (!session.Json)
        {
            session.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{index.Symbol} since {since}: factor {period.Factor}; at the closes of {at} its level is {level}, as before"
                )
            );
        }

        DerivedReport? derived = null;
        if (!parse.GetValue(_noDerive))
        {
            registry = await Registries.LoadAsync(database, cancellation);
            derived = await DerivedReport.CompleteAsync(session, database, registry, [index.Symbol], cancellation);
        }

        if (session.Json)
        {
            using var document = session.Document("dxy.symbols_rebase/1");
            document.Json.WriteString("symbol", index.Symbol.Name);
            document.Json.Time("since", since);
            document.Json.Time("closes_of", at);
            document.Json.WriteNumber("factor", period.Factor);
            document.Json.Price("level", level);
            document.Json.Exponents(rebased.At(since));
            derived?.WriteJson(document.Json);
        }

        return ExitCode.Done;
    }

    static ImmutableArray<double> Exponents(IndexDefinition index, string[] given)
    {
        var exponents = index.Components.ToDictionary(component => component.Symbol, component => component.Exponent);
        foreach (
            var text in given.SelectMany(one => one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        )
        {
            var parts = text.Split('=');
            if (
                parts.Length != 2
                || !Symbol.TryParse(parts[0], out var pair)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var exponent)
                || !double.IsFinite(exponent)
            )
            {
                throw Fault.Usage($"'{text}' is no exponent of a pair", "write it like EURUSD=-0.58").ToException();
            }

            if (!exponents.ContainsKey(pair))
            {
                throw Fault
                    .Usage(
                        $"{pair} is no component of {index.Symbol}",
                        $"it has {string.Join(", ", exponents.Keys)}; another basket is another index ('./dxy symbols add')"
                    )
                    .ToException();
            }

            exponents[pair] = exponent;
        }

        return [.. index.Components.Select(component => exponents[component.Symbol])];
    }

    static IndexDefinition Rebased(IndexDefinition index, UtcTime since, ImmutableArray<double> exponents, double[] closes)
    {
        try
        {
            return index.With(IndexPeriod.Continuing(index, since, exponents, closes));
        }
        catch (ArgumentException wrong)
        {
            throw Fault.Usage(wrong.Message.Split(" (Parameter")[0].TrimEnd('.')).ToException();
        }
    }

    static async Task<(UtcTime At, double[] Closes)> ClosesAsync(
        NpgsqlDataSource database,
        IndexDefinition index,
        UtcTime since,
        CancellationToken cancellation
    )
    {
        var command = database.Statement("closes_before");
        command
            .Parameters.With(index.Components.Select(component => component.Symbol.Name).ToArray())
            .With(UtcTime.Min(since, await database.NowAsync(cancellation)).ToDateTime());
        var found = await command.RowsAsync(row => (row.GetUtc(0), row.GetFieldValue<double[]>(1)), cancellation);
        return found.Count > 0
            ? found[0]
            : throw new Fault(
                ExitCode.NotCompared,
                "no-closes",
                $"no minute of the week before {since} has a bar of every component of {index.Symbol}",
                null,
                "import their bars first: the level has to go on from somewhere"
            ).ToException();
    }

    // Only where the row is still as it was read: two rebases at once would lose one.
    static async Task SaveAsync(NpgsqlDataSource database, RegistryEntry entry, string metadata, CancellationToken cancellation)
    {
        var command = database.Statement("change_metadata");
        command.Parameters.With(entry.Symbol.Name).With(entry.Metadata).With(metadata);
        if (await command.RunAsync(cancellation) != 1)
        {
            throw Fault.Gate("registry", $"the registry's row of {entry.Symbol} was changed meanwhile", null, "do it again").ToException();
        }

        await using var adopt = database.CreateCommand("SELECT dxy.adopt_targets()");
        await adopt.ExecuteNonQueryAsync(cancellation);
    }
}
