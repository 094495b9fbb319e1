using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Grains.Hosting;

/// <summary>The registry as this silo knows it; read at first use and again whenever <see cref="RefreshAsync"/> is called (the pump does
/// each 10 s).</summary>
public sealed class RegistryCache(RegistryStore store)
{
    volatile SymbolRegistry? _current;

    /// <summary>As it was last read; null before the first time.</summary>
    public SymbolRegistry? Current => _current;

    public async ValueTask<SymbolRegistry> GetAsync(CancellationToken cancellation) => _current ?? await RefreshAsync(cancellation);

    public async Task<SymbolRegistry> RefreshAsync(CancellationToken cancellation) => _current = await store.LoadAsync(cancellation);
}
