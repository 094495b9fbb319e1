using System.Collections.Concurrent;
using System.Diagnostics;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Grains.Telemetry;

/// <summary>
/// Follows a bar from the feed to its rollups. Calls between grains carry their trace; bars that are handed over by the tables don't, so
/// this silo remembers by which trace the newest minutes of an index came, and what is derived from them links to it. Kept in memory
/// alone, and only while somebody traces: the tables of the live path bear no column for it.
/// </summary>
public sealed class BarTraces
{
    // An hour's bucket and what is derived late of it.
    const int Remembered = 128;

    static readonly ActivitySource Source = new(TelemetryNames.Source);

    readonly ConcurrentDictionary<Symbol, Dictionary<UtcTime, ActivityContext>> _recent = [];

    /// <summary>Begins to tell of bars that a feed delivers; null where nobody traces.</summary>
    public static Activity? Deliver(Symbol symbol, int bars) =>
        Source.StartActivity("feed deliver", ActivityKind.Producer)?.SetTag("dxy.symbol", symbol.Name).SetTag("dxy.bars", bars);

    /// <summary>Begins to tell of bars that are stored; null where nobody traces.</summary>
    public static Activity? Store(Series series, int bars) =>
        Source.StartActivity("bars store")?.SetTag("dxy.series", series.ToString()).SetTag("dxy.bars", bars);

    /// <summary>Begins to tell of a deriving transaction; null where nobody traces.</summary>
    public static Activity? Derive(Series target) => Source.StartActivity("bars derive")?.SetTag("dxy.series", target.ToString());

    /// <summary>Ends telling of one, with links to what it was made of.</summary>
    public void Derived(Activity? derive, Series target, TimeRange window, int written)
    {
        if (derive is null)
        {
            return;
        }

        derive.SetTag("dxy.from", window.From.ToString()).SetTag("dxy.to", window.To.ToString()).SetTag("dxy.bars", written);
        foreach (var context in Of(target.Symbol, window))
        {
            derive.AddLink(new ActivityLink(context));
        }
    }

    /// <summary>Remembers that the trace that runs now brought these minutes to an index.</summary>
    public void Note(Symbol index, IEnumerable<UtcTime> minutes)
    {
        if (Activity.Current is not { Recorded: true } current)
        {
            return;
        }

        var recent = _recent.GetOrAdd(index, _ => []);
        lock (recent)
        {
            foreach (var minute in minutes)
            {
                recent[minute] = current.Context;
            }

            while (recent.Count > Remembered)
            {
                recent.Remove(recent.Keys.Min());
            }
        }
    }

    List<ActivityContext> Of(Symbol symbol, TimeRange window)
    {
        if (!_recent.TryGetValue(symbol, out var recent))
        {
            return [];
        }

        lock (recent)
        {
            return [.. recent.Where(one => window.From <= one.Key && one.Key < window.To).OrderBy(one => one.Key).Select(one => one.Value)];
        }
    }
}
