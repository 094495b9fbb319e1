using System.Collections.Immutable;
using System.Globalization;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>A rollup's buckets of a window beside what is stored of them.</summary>
sealed class RollupBarBlock : IBarBlock
{
    readonly IReadOnlyList<RolledBar> _buckets;
    readonly byte[] _provenance = new byte[100];

    /// <param name="buckets">The buckets, ascending.</param>
    /// <param name="stored">What is stored, as <c>copy_rolled.sql</c> gives it.</param>
    /// <param name="series">The rollup.</param>
    public RollupBarBlock(IReadOnlyList<RolledBar> buckets, CopiedRows stored, Series series)
    {
        _buckets = buckets;
        var standing = new StoredBars([.. buckets.Select(bucket => bucket.Bar.Time.Minute)]);
        while (stored.Next())
        {
            var isBar = RollupBulk.TryBar(ref stored, series, out var time, out var bar, out _);
            var place = standing.Meet(time);
            var raw = stored.Read();
            if (isBar && place >= 0)
            {
                standing.Note(place, bar == buckets[place].Bar && raw.SequenceEqual(Provenance(place)));
            }
        }

        (IsNew, HasStrays, Differing) = (standing.IsNew, standing.HasStrays, standing.Differing);
    }

    public int Count => _buckets.Count;

    public bool IsNew { get; }

    public bool HasStrays { get; }

    public IReadOnlyList<int> Differing { get; }

    public ImmutableArray<SkipCause> Skipped => [];

    public UtcTime Time(int place) => _buckets[place].Bar.Time;

    public BarRow Row(int place) => new(_buckets[place].Bar, Rules.Provenance.Of(_buckets[place]), _buckets[place].Inputs);

    public void AppendValues(int place, BinaryRows rows)
    {
        var bar = _buckets[place].Bar;
        rows.Number(bar.Open);
        rows.Number(bar.High);
        rows.Number(bar.Low);
        rows.Number(bar.Close);
        rows.Number(bar.Volume);
        if (bar.Vwap is { } vwap)
        {
            rows.Number(vwap);
        }
        else
        {
            rows.Null();
        }

        rows.Int4(bar.TradeCount);
        rows.Boolean(bar.IsPartial);
    }

    public void AppendRaw(int place, BinaryRows rows) => rows.Json(Provenance(place));

    // As jsonb spells it, so that a stored one can be compared without being parsed.
    ReadOnlySpan<byte> Provenance(int place)
    {
        if (_buckets[place].HasUnknowns)
        {
            return System.Text.Encoding.UTF8.GetBytes(Rules.Provenance.AsStored(_buckets[place]));
        }

        System.Text.Unicode.Utf8.TryWrite(
            _provenance,
            CultureInfo.InvariantCulture,
            $"{{\"kind\": \"rollup\", \"inputs\": {_buckets[place].Inputs}, \"expected\": {_buckets[place].Expected}}}",
            out var written
        );
        return _provenance.AsSpan(0, written);
    }
}
