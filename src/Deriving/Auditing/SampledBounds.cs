using DxyOrleans.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Auditing;

/// <summary>
/// Sampled minutes beside their components' highs and lows: a level beyond what those allow was never there, whatever the row says of its
/// samples.
/// </summary>
static class SampledBounds
{
    /// <summary>The differences, and those minutes that the components deny.</summary>
    /// <param name="connection">Open; the snapshot is the caller's.</param>
    /// <param name="definition">The index.</param>
    /// <param name="expected">What its inputs give.</param>
    /// <param name="stored">What is stored.</param>
    /// <param name="differences">What was found so far.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<List<TargetDifference>> AddAsync(
        NpgsqlConnection connection,
        IndexDefinition definition,
        IReadOnlyList<BarRow> expected,
        IReadOnlyList<StoredBar> stored,
        List<TargetDifference> differences,
        CancellationToken cancellation
    )
    {
        var known = differences.Select(difference => difference.Time).ToHashSet();
        var derived = expected.ToDictionary(row => row.Bar.Time, row => row.Bar);
        var sampled = stored
            .Where(row => derived.ContainsKey(row.Bar.Time) && !known.Contains(row.Bar.Time) && Provenance.IsSampled(row.Raw))
            .ToList();
        if (sampled.Count == 0)
        {
            return differences;
        }

        var reach = new TimeRange(
            sampled[0].Bar.Time - TimeSpan.FromMinutes(definition.GreatestAge),
            sampled[^1].Bar.Time + Timeframe.OneMinute
        );
        var ranges = await ReadAsync(connection, definition, reach, cancellation);
        return
        [
            .. differences
                .Concat(
                    sampled
                        .Where(row => !Allows(definition, ranges, row.Bar))
                        .Select(row => new TargetDifference(
                            row.Bar.Time,
                            DifferenceKind.Different,
                            derived[row.Bar.Time],
                            row.Bar,
                            row.Raw
                        ))
                )
                .OrderBy(difference => difference.Time),
        ];
    }

    static bool Allows(IndexDefinition definition, List<SortedDictionary<long, ComponentRange>> ranges, Bar bar)
    {
        var (lows, highs) = (new double[ranges.Count], new double[ranges.Count]);
        for (var i = 0; i < ranges.Count; i++)
        {
            // Until its first quote of the minute a component is where it closed.
            double? low = null;
            double? high = null;
            for (var minute = bar.Time.Minute - definition.MaxAgeOf(i); minute <= bar.Time.Minute; minute++)
            {
                if (ranges[i].TryGetValue(minute, out var range))
                {
                    (low, high) =
                        minute == bar.Time.Minute
                            ? (Math.Min(low ?? range.Low, range.Low), Math.Max(high ?? range.High, range.High))
                            : (range.Close, range.Close);
                }
            }

            if (low is null)
            {
                return true;
            }

            (lows[i], highs[i]) = (low.Value, high!.Value);
        }

        return IndexBounds.Of(definition.At(bar.Time), lows, highs) is not { } bounds || (bar.Low >= bounds.Low && bar.High <= bounds.High);
    }

    static async Task<List<SortedDictionary<long, ComponentRange>>> ReadAsync(
        NpgsqlConnection connection,
        IndexDefinition definition,
        TimeRange reach,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var component in definition.Components)
        {
            batch.Add("read_ranges").With(component.Symbol.Name).AddRange(reach);
        }

        var ranges = new List<SortedDictionary<long, ComponentRange>>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            var minutes = new SortedDictionary<long, ComponentRange>();
            while (await reader.ReadAsync(cancellation))
            {
                minutes[reader.GetUtc(0).Minute] = new ComponentRange(reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3));
            }

            ranges.Add(minutes);
        } while (await reader.NextResultAsync(cancellation));

        return ranges;
    }

    readonly record struct ComponentRange(double Low, double High, double Close);
}
