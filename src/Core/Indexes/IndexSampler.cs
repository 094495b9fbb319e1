using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// Samples an index at a fixed pace from the latest quote of each component. A minute is cut into spans as long as the pace; the sample of
/// a span is the level at its end, so that the last one of a minute is the level at the minute's end. Quotes may come late and in any order
/// until their minute is forgotten: what was sampled is a function of the quotes, and not of when they came. No clock; not for several
/// threads at once.
/// </summary>
/// <param name="definition">The basket.</param>
/// <param name="every">The pace; it divides a minute.</param>
/// <param name="since">From when on quotes are heard: spans that end up to it are not sampled, and their minute has a hole.</param>
public sealed class IndexSampler(IndexDefinition definition, TimeSpan every, UtcTime since = default)
{
    /// <summary>The pace that is published nowhere faster, and usual.</summary>
    public static TimeSpan UsualPace { get; } = TimeSpan.FromSeconds(1);

    readonly int _spans = (int)(TimeSpan.TicksPerMinute / every.Ticks);

    // The latest quote of each component before the minutes below.
    readonly Quote?[] _before = new Quote?[definition.Components.Length];
    readonly SortedDictionary<UtcTime, Minute> _minutes = [];
    UtcTime _forgotten;

    public IndexDefinition Definition => definition;

    /// <summary>Minutes that quotes came in, or that are gone on with, ascending.</summary>
    public IReadOnlyCollection<UtcTime> Minutes => _minutes.Keys;

    /// <summary>Whether a pace can be sampled at: from 100 ms to a minute, and dividing it.</summary>
    public static bool IsPace(TimeSpan every) =>
        every >= TimeSpan.FromMilliseconds(100) && every <= TimeSpan.FromMinutes(1) && TimeSpan.TicksPerMinute % every.Ticks == 0;

    /// <summary>Takes a quote of a component.</summary>
    /// <param name="symbol">Which.</param>
    /// <param name="quote">Above zero.</param>
    /// <param name="isNew">False: it was known before sampling began, and begins no minute.</param>
    public void Add(Symbol symbol, Quote quote, bool isNew = true)
    {
        var component = Place(symbol);
        if (component < 0)
        {
            return;
        }

        // As a bar would hold it.
        quote = quote with { Price = Price.Round(quote.Price) };
        var time = quote.Time.Floor(Timeframe.OneMinute);
        if (isNew && time > _forgotten && !_minutes.ContainsKey(time))
        {
            _minutes[time] = new Minute(definition.Components.Length, _spans);
        }

        if (_minutes.TryGetValue(time, out var minute))
        {
            Newer(ref minute.Quotes[component][(int)((quote.Time - time).Ticks / every.Ticks)], quote);
        }
        else
        {
            Newer(ref _before[component], quote);
        }
    }

    /// <summary>Goes on with a minute that was sampled before: its samples stand, those after it are added.</summary>
    /// <param name="saved">It.</param>
    public void Restore(SampledMinute saved)
    {
        if (!_minutes.TryGetValue(saved.Time, out var minute))
        {
            _minutes[saved.Time] = minute = new Minute(definition.Components.Length, _spans);
        }

        minute.Saved = saved;
    }

    /// <summary>What was sampled of a minute up to an instant; null where no sample was.</summary>
    /// <param name="time">The minute's open.</param>
    /// <param name="through">Spans that end at it or before are sampled.</param>
    public SampledMinute? At(UtcTime time, UtcTime through)
    {
        if (!_minutes.TryGetValue(time, out var minute))
        {
            return null;
        }

        var weights = definition.At(time);
        var newest = Before(time);
        var sampled = minute.Saved;
        var due = (int)Math.Clamp((through - time).Ticks / every.Ticks, 0, _spans);
        for (var span = 0; span < due; span++)
        {
            for (var i = 0; i < newest.Length; i++)
            {
                newest[i] = minute.Quotes[i][span] ?? newest[i];
            }

            if (span >= (minute.Saved?.Expected ?? 0) && time + (every * (span + 1)) > since && Level(weights, newest, time) is { } level)
            {
                sampled = sampled is null ? new SampledMinute(time, level, level, level, level, 1) : sampled.Add(level);
            }
        }

        return sampled is null ? null : sampled with { Expected = Math.Max(due, minute.Saved?.Expected ?? 0) };
    }

    /// <summary>The latest quote of each component, in their order; null where there is none.</summary>
    public IReadOnlyList<Quote?> Newest() => Before(UtcTime.FromTicks(DateTime.MaxValue.Ticks));

    /// <summary>Forgets a minute and those before it, but for the latest quotes.</summary>
    public void Forget(UtcTime time)
    {
        _forgotten = UtcTime.Max(_forgotten, time);
        foreach (var (old, minute) in _minutes.Where(minute => minute.Key <= time).ToList())
        {
            for (var i = 0; i < _before.Length; i++)
            {
                foreach (var quote in minute.Quotes[i])
                {
                    if (quote is { } one)
                    {
                        Newer(ref _before[i], one);
                    }
                }
            }

            _minutes.Remove(old);
        }
    }

    Quote?[] Before(UtcTime time)
    {
        Quote?[] newest = [.. _before];
        foreach (var (_, minute) in _minutes.TakeWhile(minute => minute.Key < time))
        {
            for (var i = 0; i < newest.Length; i++)
            {
                newest[i] = minute.Quotes[i].LastOrDefault(quote => quote is not null) ?? newest[i];
            }
        }

        return newest;
    }

    // Ages in whole minutes, as those of closes are: the last sample is then the level of the closes.
    decimal? Level(IndexDefinition weights, Quote?[] newest, UtcTime time)
    {
        var prices = new double[newest.Length];
        for (var i = 0; i < prices.Length; i++)
        {
            if (newest[i] is not { } quote || time.Minute - quote.Time.Minute > definition.MaxAgeOf(i))
            {
                return null;
            }

            prices[i] = (double)quote.Price;
        }

        return IndexFormula.TryLevel(weights, prices, out var level) ? level : null;
    }

    int Place(Symbol symbol)
    {
        for (var i = 0; i < definition.Components.Length; i++)
        {
            if (definition.Components[i].Symbol == symbol)
            {
                return i;
            }
        }

        return -1;
    }

    static void Newer(ref Quote? held, Quote quote)
    {
        if (held is not { } one || quote.Time >= one.Time)
        {
            held = quote;
        }
    }

    sealed class Minute(int components, int spans)
    {
        public Quote?[][] Quotes { get; } = [.. Enumerable.Range(0, components).Select(_ => new Quote?[spans])];

        public SampledMinute? Saved { get; set; }
    }
}
