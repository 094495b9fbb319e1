using System.Runtime.InteropServices;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Deriving.Inline;

/// <summary>
/// Tells of bars that are about to be stored which index minutes they complete, from what this process stored before: those minutes can
/// ride the bars' commit. A hint, like every nudge; what rides is proved by <c>dxy.ride</c>, and what doesn't is derived as ever. Not for
/// several threads at once.
/// </summary>
/// <param name="registry">The registry as it is known now; null: not read yet, and nothing rides.</param>
public sealed class InlineIndexes(Func<SymbolRegistry?> registry) : IInlineDerivation
{
    // Bars of more minutes than a feed brings at once are bulk, which the deriver takes in slices.
    const int LiveMinutes = 4;

    // The bars' answers wait for what rides; where many indexes are complete at once the others are derived after them.
    const int MaxInline = 4;

    readonly MinuteCloses _closes = new();
    SymbolRegistry? _known;
    Dictionary<Symbol, List<RegistryEntry>> _byComponent = [];

    public IReadOnlyList<IInlineMinute> Choose(IReadOnlyCollection<Bar> bars)
    {
        Renew();
        var minutes = new Dictionary<UtcTime, Dictionary<Symbol, decimal>>();
        foreach (var bar in bars)
        {
            if (!_byComponent.ContainsKey(bar.Symbol) || bar.Timeframe != Timeframe.OneMinute || bar.IsPartial)
            {
                continue;
            }

            (CollectionsMarshal.GetValueRefOrAddDefault(minutes, bar.Time, out _) ??= [])[bar.Symbol] = bar.Close;
            if (minutes.Count > LiveMinutes)
            {
                return [];
            }
        }

        return [.. minutes.SelectMany(minute => Complete(minute.Key, minute.Value)).Take(MaxInline)];
    }

    public void Note(IEnumerable<WrittenBar> written)
    {
        foreach (var (bar, outcome, _) in written)
        {
            if (!_byComponent.ContainsKey(bar.Symbol) || bar.Timeframe != Timeframe.OneMinute)
            {
                continue;
            }

            if (outcome is BarOutcome.New or BarOutcome.Changed or BarOutcome.Equal && !bar.IsPartial)
            {
                _closes.Note(bar.Symbol, bar.Time, bar.Close);
            }
            else
            {
                _closes.Forget(bar.Symbol, bar.Time);
            }
        }
    }

    IEnumerable<InlineMinute> Complete(UtcTime time, Dictionary<Symbol, decimal> given) =>
        given
            .Keys.SelectMany(symbol => _byComponent[symbol])
            .DistinctBy(entry => entry.Symbol)
            .OrderBy(entry => entry.Symbol)
            .Select(entry =>
                _closes.All(entry.Index!, time, given) is { } closes ? InlineMinute.Of(entry.Index!, entry.Metadata, time, closes) : null
            )
            .OfType<InlineMinute>();

    void Renew()
    {
        var current = registry();
        if (ReferenceEquals(current, _known))
        {
            return;
        }

        _known = current;
        _byComponent = [];
        foreach (var entry in current?.Entries.Where(entry => entry is { Active: true, Index.Rule.IsEmittedByTime: false }) ?? [])
        {
            foreach (var component in entry.Index!.Components)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_byComponent, component.Symbol, out _) ??= []).Add(entry);
            }
        }
    }
}
