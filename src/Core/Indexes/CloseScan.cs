using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// One walk over the components' closes, for every rule that takes the latest close of each up to an age: strict is an age of zero.
/// Candidates are the minutes in which some component printed.
/// </summary>
static class CloseScan
{
    /// <param name="rule">The version that the minutes carry; it says how old a close may be.</param>
    /// <param name="definition">The basket.</param>
    /// <param name="closes">A column a component.</param>
    /// <param name="from">The first minute's number.</param>
    /// <param name="to">The number of the minute after the last.</param>
    /// <param name="gives">Whether a minute may be given at all.</param>
    public static IndexRule.Result Run(
        IDerivingRule rule,
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        long from,
        long to,
        Func<long, bool> gives
    )
    {
        var count = closes.Count;
        var maxAges = Enumerable.Range(0, count).Select(component => rule.MaxAge(definition, component)).ToArray();
        var next = new int[count];
        var values = new double[count];
        var ages = new int[count];
        var skipped = new int[count];
        var minutes = new List<IndexMinute>();
        var impossible = ImmutableArray.CreateBuilder<UtcTime>();
        for (var i = 0; i < count; i++)
        {
            next[i] = FirstAtOrAfter(closes[i].Minutes, from - maxAges[i]);
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
                if (age > maxAges[i])
                {
                    missing = missing < 0 ? i : missing;
                    continue;
                }

                values[i] = closes[i].Closes[latest];
                ages[i] = (int)age;
            }

            if (minute < from || !gives(minute))
            {
                continue;
            }

            if (missing >= 0)
            {
                skipped[missing]++;
                continue;
            }

            if (!IndexFormula.TryLevel(definition.At(UtcTime.FromMinute(minute)), values, out var level))
            {
                impossible.Add(UtcTime.FromMinute(minute));
                continue;
            }

            minutes.Add(
                new IndexMinute(UtcTime.FromMinute(minute), level, ImmutableArray.Create(values), ImmutableArray.Create(ages), rule)
            );
        }

        var causes = definition
            .Components.Select((component, i) => new SkipCause(component.Symbol, skipped[i]))
            .Where(cause => cause.Minutes > 0);
        return new IndexRule.Result(minutes, [.. causes], impossible.ToImmutable());
    }

    static int FirstAtOrAfter(List<long> minutes, long minute)
    {
        var found = CollectionsMarshal.AsSpan(minutes).BinarySearch(minute);
        return found >= 0 ? found : ~found;
    }
}
