using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Gaps;

/// <summary>Minutes in which one component printed a final bar, ascending, as <see cref="UtcTime.Minute"/>.</summary>
public sealed record ComponentMinutes(Symbol Symbol, IReadOnlyList<long> Minutes)
{
    /// <summary>Minutes in which a row stands that is no bar, with the reason.</summary>
    public IReadOnlyDictionary<long, string> Unfit { get; init; } = new Dictionary<long, string>();
}

/// <summary>
/// Finds the market minutes that a series lacks. A closed market is no gap, nor is a thin one. Pure: no clock, no
/// table.
/// </summary>
public static class GapFinder
{
    /// <param name="range">Where to look; minutes that haven't ended are for the caller to leave out.</param>
    /// <param name="present">The minutes the series has, ascending.</param>
    /// <param name="components">What it is made of, in the basket's order, reaching <paramref name="maxAge"/> before the range; empty for a
    /// series that is no index.</param>
    /// <param name="maxAge">How many minutes old a component's bar may be and still count: 0 under deriving version 1.</param>
    /// <param name="unfit">Minutes in which a row of the series itself stands that is no bar, with the reason.</param>
    /// <param name="calendar">When bars are expected; null: as the rule says.</param>
    /// <returns>The gaps, ascending.</returns>
    public static IReadOnlyList<Gap> Find(
        TimeRange range,
        IReadOnlyList<long> present,
        IReadOnlyList<ComponentMinutes> components,
        int maxAge,
        IReadOnlyDictionary<long, string>? unfit = null,
        MarketCalendar? calendar = null
    )
    {
        var gaps = new List<Gap>();
        var next = 0;
        var latest = new int[components.Count];
        foreach (var open in (calendar ?? MarketCalendar.Rule).ExpectedRanges(range))
        {
            Open? current = null;
            var end = open.To.Minute;
            for (var minute = open.From.Ceiling(Timeframe.OneMinute).Minute; minute < end; minute++)
            {
                while (next < present.Count && present[next] < minute)
                {
                    next++;
                }

                if (next < present.Count && present[next] == minute)
                {
                    Close(gaps, ref current);
                    continue;
                }

                var missing = Missing(components, latest, minute, maxAge);
                var reasons = Reasons(components, missing, minute, unfit);
                if (current is { } gap && gap.To == minute && gap.Missing.SequenceEqual(missing) && gap.Unfit.SequenceEqual(reasons))
                {
                    current = gap with { To = minute + 1 };
                    continue;
                }

                Close(gaps, ref current);
                current = new Open(minute, minute + 1, missing, reasons);
            }

            Close(gaps, ref current);
        }

        return gaps;
    }

    static ImmutableArray<Symbol> Missing(IReadOnlyList<ComponentMinutes> components, int[] latest, long minute, int maxAge)
    {
        var missing = ImmutableArray.CreateBuilder<Symbol>();
        for (var i = 0; i < components.Count; i++)
        {
            var minutes = components[i].Minutes;
            while (latest[i] < minutes.Count && minutes[latest[i]] <= minute)
            {
                latest[i]++;
            }

            if (latest[i] == 0 || minute - minutes[latest[i] - 1] > maxAge)
            {
                missing.Add(components[i].Symbol);
            }
        }

        return missing.ToImmutable();
    }

    static ImmutableArray<string> Reasons(
        IReadOnlyList<ComponentMinutes> components,
        ImmutableArray<Symbol> missing,
        long minute,
        IReadOnlyDictionary<long, string>? unfit
    ) =>
        [
            .. components
                .Where(component => missing.Contains(component.Symbol))
                .Select(component => component.Unfit)
                .Append(unfit)
                .Select(reasons => reasons?.GetValueOrDefault(minute))
                .OfType<string>(),
        ];

    static void Close(List<Gap> gaps, ref Open? current)
    {
        if (current is { } gap)
        {
            gaps.Add(new Gap(new TimeRange(UtcTime.FromMinute(gap.From), UtcTime.FromMinute(gap.To)), gap.Missing) { Unfit = gap.Unfit });
            current = null;
        }
    }

    readonly record struct Open(long From, long To, ImmutableArray<Symbol> Missing, ImmutableArray<string> Unfit);
}
