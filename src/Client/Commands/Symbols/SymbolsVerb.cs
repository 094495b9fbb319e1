using System.CommandLine;
using DxyOrleans.Client.Cli;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary><c>symbols</c>: the registry, indexes included; <c>symbols add FILE</c> puts symbols into it.</summary>
internal sealed class SymbolsVerb : Verb
{
    public SymbolsVerb()
        : base("symbols", "Shows the registry; 'symbols add FILE' adds to it or changes it.", "symbols")
    {
        Subcommands.Add(new SymbolsAddVerb());
        Subcommands.Add(new SymbolsCatalogVerb());
        Subcommands.Add(new SymbolsRebaseVerb());
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var registry = await Registries.LoadAsync(await session.DatabaseAsync(cancellation), cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.symbols/1");
            var json = document.Json;
            json.WriteStartArray("symbols");
            foreach (var entry in registry.Entries)
            {
                json.WriteStartObject();
                json.WriteString("symbol", entry.Symbol.Name);
                json.WriteString("asset_class", entry.AssetClass);
                json.WriteString("description", entry.Description);
                json.WriteBoolean("active", entry.Active);
                json.WriteStartArray("rollups");
                foreach (var timeframe in entry.Rollups)
                {
                    json.WriteStringValue(timeframe.ToString());
                }

                json.WriteEndArray();
                json.WritePropertyName("index");
                if (entry.Index is { } index)
                {
                    json.WriteStartObject();
                    json.WriteNumber("factor", index.Factor);
                    json.WriteNumber("version", index.Rule.Version);
                    json.WriteNumber("max_age_minutes", index.MaxAgeMinutes);
                    json.Time("since", index.Since);
                    json.Exponents(index);
                    json.Objects("periods", index.Later, period =>
                    {
                        json.Time("since", period.Since);
                        json.WriteNumber("factor", period.Factor);
                        json.Exponents(index.At(period.Since));
                    });
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteNullValue();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (var problem in registry.Problems)
            {
                json.WriteStringValue(problem);
            }

            json.WriteEndArray();
            return ExitCode.Done;
        }

        var table = new TextTable("symbol", "class", "active", "rollups", "index of", "description");
        foreach (var entry in registry.Entries)
        {
            table.Add(
                entry.Symbol.Name,
                entry.AssetClass ?? "-",
                entry.Active ? "yes" : "no",
                entry.Rollups.IsEmpty ? "-" : string.Join(" ", entry.Rollups),
                entry.Index is { } index ? string.Join(" ", index.Components.Select(component => component.Symbol)) : "-",
                entry.Description ?? "-"
            );
        }

        table.Write(session.Out);
        foreach (var problem in registry.Problems)
        {
            session.Note($"left out  {problem}");
        }

        return ExitCode.Done;
    }
}
