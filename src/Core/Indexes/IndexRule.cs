using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>What an index's minutes are, given its components' closes. Pure: no clock, no table.</summary>
public static class IndexRule
{
    /// <param name="Minutes">The derived minutes, ascending.</param>
    /// <param name="Skipped">Minutes with some but not all inputs, by the first missing component.</param>
    /// <param name="Impossible">Minutes with all inputs whose level can't be a price, ascending.</param>
    public sealed record Result(IReadOnlyList<IndexMinute> Minutes, ImmutableArray<SkipCause> Skipped, ImmutableArray<UtcTime> Impossible);

    /// <summary>How far before a range closes have to be read for the range to be derivable.</summary>
    public static TimeSpan LookBack(IndexDefinition definition, DerivingVersion version) =>
        version == DerivingVersion.LatestClose ? TimeSpan.FromMinutes(definition.MaxAgeMinutes) : TimeSpan.Zero;

    /// <summary>Derives every minute of the range for which the version's rule gives one.</summary>
    /// <param name="definition">The basket.</param>
    /// <param name="closes">A column a component, in the components' order, reaching <see cref="LookBack"/> before the range.</param>
    /// <param name="range">Minutes wanted, <c>[from, to)</c>; the part before the basket's <c>Since</c> gives nothing.</param>
    /// <param name="version">The rule.</param>
    public static Result Derive(IndexDefinition definition, IReadOnlyList<ComponentCloses> closes, TimeRange range, DerivingVersion version)
    {
        if (closes.Count != definition.Components.Length)
        {
            throw new ArgumentException(
                $"{definition.Symbol} has {definition.Components.Length} components, {closes.Count} columns came.",
                nameof(closes)
            );
        }

        var from = UtcTime.Max(range.From, definition.Since).Ceiling(Timeframe.OneMinute).Minute;
        var to = range.To.Ceiling(Timeframe.OneMinute).Minute;
        return version switch
        {
            DerivingVersion.Strict => Scan(definition, closes, from, to, maxAge: 0, version),
            DerivingVersion.LatestClose => Scan(definition, closes, from, to, definition.MaxAgeMinutes, version),
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "There are deriving versions 1 and 2."),
        };
    }

    // One walk serves both versions: strict is "latest close" with a maximum age of zero. Candidates are the minutes in which
    // some component printed; version 2 emits one only while the market is open.
    static Result Scan(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        long from,
        long to,
        int maxAge,
        DerivingVersion version
    )
    {
        var count = closes.Count;
        var next = new int[count];
        var values = new double[count];
        var ages = new int[count];
        var skipped = new int[count];
        var minutes = new List<IndexMinute>();
        var impossible = ImmutableArray.CreateBuilder<UtcTime>();
        for (var i = 0; i < count; i++)
        {
            next[i] = FirstAtOrAfter(closes[i].Minutes, from - maxAge);
        }

        while (true)
        {
            var minute = long.MaxValue;
            for (var i = 0; i < count; i++)
            {
                if (next[i] < closes[i].Minutes.Count)
                {
                    minute = Math.Min(minute, closes[i].Minutes[next[i]]);
                }
            }

            if (minute >= to)
            {
                break;
            }

            var missing = -1;
            for (var i = 0; i < count; i++)
            {
                if (next[i] < closes[i].Minutes.Count && closes[i].Minutes[next[i]] == minute)
                {
                    next[i]++;
                }

                var latest = next[i] - 1;
                var age = latest < 0 ? long.MaxValue : minute - closes[i].Minutes[latest];
                if (age > maxAge)
                {
                    missing = missing < 0 ? i : missing;
                    continue;
                }

                values[i] = closes[i].Closes[latest];
                ages[i] = (int)age;
            }

            if (minute < from || (version == DerivingVersion.LatestClose && !FxWeek.IsOpen(UtcTime.FromMinute(minute))))
            {
                continue;
            }

            if (missing >= 0)
            {
                skipped[missing]++;
                continue;
            }

            if (!IndexFormula.TryLevel(definition, values, out var level))
            {
                impossible.Add(UtcTime.FromMinute(minute));
                continue;
            }

            minutes.Add(
                new IndexMinute(UtcTime.FromMinute(minute), level, ImmutableArray.Create(values), ImmutableArray.Create(ages), version)
            );
        }

        var causes = definition
            .Components.Select((component, i) => new SkipCause(component.Symbol, skipped[i]))
            .Where(cause => cause.Minutes > 0);
        return new Result(minutes, [.. causes], impossible.ToImmutable());
    }

    static int FirstAtOrAfter(List<long> minutes, long minute)
    {
        var found = CollectionsMarshal.AsSpan(minutes).BinarySearch(minute);
        return found >= 0 ? found : ~found;
    }
}
