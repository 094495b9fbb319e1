using DxyOrleans.Core.Indexes;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Cli;

/// <summary>The registry, and the faults of asking it for what isn't there.</summary>
internal static class Registries
{
    public static Task<SymbolRegistry> LoadAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        new RegistryStore(database).LoadAsync(cancellation);

    public static RegistryEntry Require(this SymbolRegistry registry, Symbol symbol) =>
        registry.Find(symbol) ?? throw Fault.UnknownSymbol(symbol.Name, registry.Entries.Select(entry => entry.Symbol.Name)).ToException();

    public static IndexDefinition RequireIndex(this SymbolRegistry registry, Symbol symbol) =>
        registry.Require(symbol).Index
        ?? throw Fault
            .Usage(
                $"{symbol} is not an index",
                registry.Indexes.Any()
                    ? $"there is {string.Join(", ", registry.Indexes.Select(index => index.Symbol))}"
                    : "the registry holds none"
            )
            .ToException();
}
