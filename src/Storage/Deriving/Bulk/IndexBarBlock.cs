using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;

namespace DxyOrleans.Storage.Deriving.Bulk;

/// <summary>An index's minutes of a window beside what is stored of them.</summary>
sealed class IndexBarBlock : IBarBlock
{
    readonly IndexBlock _block;
    readonly IndexProvenance _provenance;

    /// <param name="block">The minutes.</param>
    /// <param name="isNew">Whether nothing is stored in the window.</param>
    /// <param name="times">Of the flat bars stored: their times,</param>
    /// <param name="closes">their closes,</param>
    /// <param name="raws">and their provenances, as <c>read_flat_data_bars.sql</c> packs them.</param>
    public IndexBarBlock(IndexBlock block, bool isNew, ReadOnlySpan<byte> times, ReadOnlySpan<byte> closes, ReadOnlySpan<byte> raws)
    {
        (_block, IsNew, _provenance) = (block, isNew, new IndexProvenance(block));
        Differing = isNew ? [.. Enumerable.Range(0, block.Count)] : Compare(times, closes, raws);
    }

    public int Count => _block.Count;

    public bool IsNew { get; }

    public IReadOnlyList<int> Differing { get; }

    public ImmutableArray<SkipCause> Skipped => _block.Skipped;

    public UtcTime Time(int place) => _block.Time(place);

    public BarRow Row(int place)
    {
        var minute = _block.Minute(place);
        return new BarRow(Bar.Flat(_block.Definition.Series, minute.Time, minute.Level), Provenance.Of(_block.Definition, minute), -minute.TotalAge);
    }

    public void AppendValues(int place, BinaryRows rows)
    {
        for (var i = 0; i < 4; i++)
        {
            rows.Number((ulong)_block.Levels[place], Price.Places);
        }

        rows.Number(0, 0);
        rows.Null();
        rows.Integer(0);
        rows.Boolean(false);
    }

    public void AppendRaw(int place, BinaryRows rows) => rows.Json(_provenance.Of(place));

    List<int> Compare(ReadOnlySpan<byte> times, ReadOnlySpan<byte> closes, ReadOnlySpan<byte> raws)
    {
        // A shop's table may lack the key and hold a bar twice: both have to say the same.
        var known = new sbyte[Count];
        for (var n = 0; n < times.Length / 8; n++)
        {
            var close = StoredColumns.Scaled(ref closes);
            var end = raws.IndexOf((byte)'\n');
            var raw = end < 0 ? raws : raws[..end];
            raws = end < 0 ? [] : raws[(end + 1)..];
            if (StoredColumns.TryMinute(times, n, out var minute) && Array.BinarySearch(_block.Minutes, minute) is var place and >= 0)
            {
                known[place] = known[place] >= 0 && close == _block.Levels[place] && raw.SequenceEqual(_provenance.Of(place)) ? (sbyte)1 : (sbyte)-1;
            }
        }

        var differing = new List<int>();
        for (var place = 0; place < known.Length; place++)
        {
            if (known[place] <= 0)
            {
                differing.Add(place);
            }
        }

        return differing;
    }
}
