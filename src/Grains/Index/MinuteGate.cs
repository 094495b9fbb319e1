using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Grains.Index;

/// <summary>
/// Tells from nudges when a minute is worth deriving: strictly, when the last component of a recent minute has come. It forgets, and may be
/// wrong after a restart, at the cost of a wait for the pump's next look and nothing else.
/// </summary>
sealed class MinuteGate
{
    const int Remembered = 32;

    readonly SortedDictionary<long, HashSet<Symbol>> _seen = [];
    readonly Dictionary<Symbol, Bar> _newest = [];

    public IEnumerable<Bar> Newest => _newest.Values.OrderBy(bar => bar.Symbol);

    /// <summary>Notes the bars; true when there is something to derive now.</summary>
    public bool Note(IReadOnlyCollection<Bar> bars, IndexDefinition definition)
    {
        // Bulk comes without its bars.
        var ready = bars.Count == 0;
        foreach (var bar in bars.Where(bar => definition.Components.Any(component => component.Symbol == bar.Symbol)))
        {
            if (!_newest.TryGetValue(bar.Symbol, out var newest) || bar.Time >= newest.Time)
            {
                _newest[bar.Symbol] = bar;
            }

            if (!_seen.TryGetValue(bar.Time.Minute, out var symbols))
            {
                _seen[bar.Time.Minute] = symbols = [];
            }

            // A second bar of the same minute is a correction.
            ready |= !symbols.Add(bar.Symbol) || symbols.Count == definition.Components.Length;
        }

        while (_seen.Count > Remembered)
        {
            _seen.Remove(_seen.Keys.First());
        }

        return ready;
    }
}
