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
    /// <param name="stored">What is stored in the window, as <c>copy_flat_data_bars.sql</c> gives it.</param>
    public IndexBarBlock(IndexBlock block, ReadOnlySpan<byte> stored)
    {
        (_block, _provenance) = (block, new IndexProvenance(block));
        (IsNew, Differing) = Compare(stored);
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

    (bool IsNew, IReadOnlyList<int> Differing) Compare(ReadOnlySpan<byte> stored)
    {
        // A shop's table may lack the key and hold a bar twice: both have to say the same.
        var known = new sbyte[Count];
        var rows = new CopiedRows(stored);
        var isNew = true;
        while (rows.Next())
        {
            isNew = false;
            var time = rows.Read();
            var close = StoredColumns.Scaled(rows.Read());
            var raw = rows.Read();
            var isFlat = rows.Boolean();
            if (isFlat && StoredColumns.TryMinute(time, 0, out var minute) && Array.BinarySearch(_block.Minutes, minute) is var place and >= 0)
            {
                known[place] = known[place] >= 0 && close == _block.Levels[place] && raw.SequenceEqual(_provenance.Of(place)) ? (sbyte)1 : (sbyte)-1;
            }
        }

        return (isNew, [.. Enumerable.Range(0, Count).Where(place => known[place] <= 0)]);
    }
}
