using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// The closes of the newest minutes as they were last stored, to tell when a minute has all of an index's components. It may be wrong
/// (somebody else changed a bar) or lack some (another silo stored it): what it says has to be held against the table.
/// </summary>
public sealed class MinuteCloses
{
    /// <summary>Minutes that are remembered; older ones are forgotten as newer come.</summary>
    public const int Remembered = 32;

    readonly SortedDictionary<long, Dictionary<Symbol, decimal>> _minutes = [];

    /// <summary>Remembers a 1m bar's close.</summary>
    public void Note(Symbol symbol, UtcTime time, decimal close)
    {
        if (!_minutes.TryGetValue(time.Minute, out var closes))
        {
            _minutes[time.Minute] = closes = [];
        }

        closes[symbol] = close;
        while (_minutes.Count > Remembered)
        {
            _minutes.Remove(_minutes.First().Key);
        }
    }

    /// <summary>Forgets a bar whose close is not known any more.</summary>
    public void Forget(Symbol symbol, UtcTime time)
    {
        if (_minutes.TryGetValue(time.Minute, out var closes))
        {
            closes.Remove(symbol);
        }
    }

    /// <summary>The minute's closes in the components' order, those given before those remembered; null when one is known by
    /// neither.</summary>
    public decimal[]? All(IndexDefinition definition, UtcTime time, IReadOnlyDictionary<Symbol, decimal> given)
    {
        var remembered = _minutes.GetValueOrDefault(time.Minute);
        var closes = new decimal[definition.Components.Length];
        for (var i = 0; i < closes.Length; i++)
        {
            var symbol = definition.Components[i].Symbol;
            if (!given.TryGetValue(symbol, out closes[i]) && (remembered is null || !remembered.TryGetValue(symbol, out closes[i])))
            {
                return null;
            }
        }

        return closes;
    }
}
