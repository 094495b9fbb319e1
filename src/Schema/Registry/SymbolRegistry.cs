using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Schema.Registry;

/// <summary>The registry as it was when it was read: symbols, indexes, rollups. Immutable.</summary>
public sealed class SymbolRegistry(ImmutableArray<RegistryEntry> entries, ImmutableArray<string> problems)
{
    readonly ImmutableDictionary<Symbol, RegistryEntry> _bySymbol = entries.ToImmutableDictionary(entry => entry.Symbol);

    /// <summary>Every symbol, in order of name.</summary>
    public ImmutableArray<RegistryEntry> Entries { get; } = entries;

    /// <summary>Rows that could not be understood, a sentence each; they are left out of <see cref="Entries"/>.</summary>
    public ImmutableArray<string> Problems { get; } = problems;

    /// <summary>What each spelling of the registry means; of two symbols that have the same, neither.</summary>
    public IReadOnlyDictionary<string, Symbol> Spellings() =>
        Entries
            .SelectMany(entry => entry.Spellings.Distinct(StringComparer.OrdinalIgnoreCase).Select(spelling => (spelling, entry.Symbol)))
            .GroupBy(known => known.spelling, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().Symbol, StringComparer.OrdinalIgnoreCase);

    public RegistryEntry? Find(Symbol symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>The definition of an active index, or null.</summary>
    public IndexDefinition? Index(Symbol symbol) => Find(symbol) is { Active: true, Index: { } index } ? index : null;

    public IEnumerable<IndexDefinition> Indexes =>
        Entries.Where(entry => entry.Active && entry.Index is not null).Select(entry => entry.Index!);

    /// <summary>The rollups of every active symbol.</summary>
    public IEnumerable<Series> Rollups =>
        Entries.Where(entry => entry.Active).SelectMany(entry => entry.Rollups.Select(timeframe => new Series(entry.Symbol, timeframe)));

    /// <summary>Whether bars of the series are derived by us: an index's 1m bars, or a rollup.</summary>
    public bool IsTarget(Series series) =>
        Find(series.Symbol) is { Active: true } entry
        && (series.Timeframe == Timeframe.OneMinute ? entry.Index is not null : entry.Rollups.Contains(series.Timeframe));

    /// <summary>Every target: the indexes' 1m bars first, then the rollups.</summary>
    public IEnumerable<Series> Targets => Indexes.Select(index => index.Series).Concat(Rollups);
}
