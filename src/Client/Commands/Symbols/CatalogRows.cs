using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary>Registry rows from the catalogue.</summary>
internal static class CatalogRows
{
    const string Crosses = "crosses";

    /// <param name="names">As they were typed, any of them several parted by commas.</param>
    /// <param name="other">Another name for the only one; null: its own.</param>
    /// <exception cref="FaultException">There is none of that name, or another name was given for several.</exception>
    public static IReadOnlyList<RegistryRow> Of(IReadOnlyCollection<string> names, Symbol? other)
    {
        var chosen = names
            .SelectMany(name => name.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .SelectMany(Named)
            .DistinctBy(index => index.Definition.Symbol)
            .ToList();
        return other is not null && chosen.Count != 1
            ? throw Fault.Usage("--as is for one index", "add the others in a call of their own").ToException()
            : [.. chosen.Select(index => Row(index, other ?? index.Definition.Symbol))];
    }

    /// <summary>The row as it is; refused where the name is that of a symbol that is no index: its bars are somebody else's.</summary>
    public static RegistryRow Beside(RegistryRow row, SymbolRegistry registry) =>
        registry.Find(row.Entry!.Symbol) is { Index: null }
            ? row with
            {
                Entry = null,
                Fault = $"the registry has it already, and not as an index; give it another name with --as {row.Name}.X",
            }
            : row;

    static IEnumerable<CatalogIndex> Named(string name) =>
        string.Equals(name, Crosses, StringComparison.OrdinalIgnoreCase)
            ? IndexCatalog.All.Where(index => index.AssetClass == IndexCatalog.Cross)
        : IndexCatalog.Find(name) is { } index ? [index]
        : throw Fault
            .Usage(
                $"the catalogue has no {name}",
                $"it has {string.Join(", ", IndexCatalog.All.Select(known => known.Definition.Symbol))}, and crosses for all of these"
            )
            .ToException();

    static RegistryRow Row(CatalogIndex index, Symbol symbol)
    {
        var metadata = IndexJson.Metadata(index.Definition);
        return new RegistryRow(
            symbol.Name,
            RegistryStore.Entry(symbol.Name, index.AssetClass, index.Description, true, metadata),
            metadata,
            null
        );
    }
}
