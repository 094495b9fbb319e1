using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web;

/// <summary>The registry, read again once it is a few seconds old.</summary>
sealed class Registries(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    readonly SemaphoreSlim _one = new(1);
    volatile Loaded? _read;

    public async Task<SymbolRegistry> LoadAsync(CancellationToken cancellation)
    {
        if (_read is { } read && time.GetElapsedTime(read.At) < Fresh)
        {
            return read.Registry;
        }

        await _one.WaitAsync(cancellation);
        try
        {
            // Whoever waited finds what the first has read meanwhile.
            if (_read is not { } since || time.GetElapsedTime(since.At) >= Fresh)
            {
                _read = since = new Loaded(await new RegistryStore(database).LoadAsync(cancellation), time.GetTimestamp());
            }

            return since.Registry;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    sealed record Loaded(SymbolRegistry Registry, long At);
}

static class RegistryQuestions
{
    public static RegistryEntry Require(this SymbolRegistry registry, Symbol symbol) =>
        registry.Find(symbol)
        ?? throw ProblemKind.UnknownSymbol.Of(
            $"{symbol} is not in the registry",
            $"there are {string.Join(", ", registry.Entries.Select(entry => entry.Symbol))}"
        );

    public static IndexDefinition RequireIndex(this SymbolRegistry registry, Symbol symbol) =>
        registry.Require(symbol).Index
        ?? throw ProblemKind.NoIndex.Of(
            $"{symbol} is not an index",
            $"there is {string.Join(", ", registry.Indexes.Select(index => index.Symbol))}"
        );
}
