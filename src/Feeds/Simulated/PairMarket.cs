using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>One pair's market: what it quotes in any minute, without having lived the minutes before.</summary>
sealed class PairMarket
{
    // Swings by their length and their share of the start price; together under 4%, so that with the greatest volatility
    // allowed the price keeps above four fifths of its start.
    static readonly (long Period, double Share)[] Swings =
    [
        (30 * TimeSpan.TicksPerDay, 0.018),
        (5 * TimeSpan.TicksPerDay, 0.010),
        (TimeSpan.TicksPerDay, 0.004),
        (4 * TimeSpan.TicksPerHour, 0.0018),
        (40 * TimeSpan.TicksPerMinute, 0.0007),
        (7 * TimeSpan.TicksPerMinute, 0.0003),
        (70 * TimeSpan.TicksPerSecond, 0.00012),
    ];

    readonly SimulationOptions _options;
    readonly SimulatedPair _pair;
    readonly ImmutableArray<TimeRange> _gaps;
    readonly Noise _price;
    readonly Noise _count;
    readonly Noise _when;
    readonly Noise _gap;

    public PairMarket(SimulationOptions options, SimulatedPair pair)
    {
        _options = options;
        _pair = pair;
        _gaps = [.. options.Gaps.Where(gap => gap.Symbol == pair.Symbol).Select(gap => gap.Range)];
        var noise = new Noise(unchecked((ulong)options.Seed)).Of(pair.Symbol.Name);
        _price = noise.Of("price");
        _count = noise.Of("count");
        _when = noise.Of("when");
        _gap = noise.Of("gap");
    }

    public ImmutableArray<Quote> Quotes(UtcTime minute)
    {
        var count = Count(minute);
        if (count == 0)
        {
            return [];
        }

        // A slot for each tick and the tick somewhere in it, so that times ascend.
        var quotes = ImmutableArray.CreateBuilder<Quote>(count);
        var slot = TimeSpan.TicksPerMinute / count;
        for (var i = 0; i < count; i++)
        {
            var time = minute + TimeSpan.FromTicks((i * slot) + (long)(_when.At(minute.Minute, i) * (slot - TimeSpan.TicksPerMicrosecond)));
            quotes.Add(new Quote(time, Price(time)));
        }

        return quotes.MoveToImmutable();
    }

    decimal Price(UtcTime time)
    {
        var swing = 0.0;
        for (var i = 0; i < Swings.Length; i++)
        {
            // Each scale has lattice points of its own.
            swing += Swings[i].Share * new Noise(_price.Seed ^ (ulong)i).Wave(time.Ticks, Swings[i].Period);
        }

        return decimal.Round(
            (decimal)((double)_pair.StartPrice * (1 + (_pair.Volatility * swing))),
            _pair.Decimals,
            MidpointRounding.AwayFromZero
        );
    }

    int Count(UtcTime minute)
    {
        if (!(_options.AlwaysOpen || FxWeek.IsOpen(minute)) || IsSilent(minute))
        {
            return 0;
        }

        // Rounded by chance, so that a thin pair's quiet minutes have a tick now and then, not never.
        var expected = _pair.TicksPerMinute * MarketHours.Activity(minute) * (0.5 + _count.At(minute.Minute, 0));
        return (int)(expected + _count.At(minute.Minute, 1));
    }

    bool IsSilent(UtcTime minute)
    {
        foreach (var gap in _gaps)
        {
            if (gap.Contains(minute))
            {
                return true;
            }
        }

        var hour = minute.Minute / 60;
        if (_gap.At(hour, 0) >= _options.GapRate)
        {
            return false;
        }

        var from = (long)(_gap.At(hour, 1) * (61 - _options.GapMinutes));
        var within = minute.Minute % 60;
        return within >= from && within < from + _options.GapMinutes;
    }
}
