using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>An index's minutes of a window beside what is stored of them.</summary>
sealed class IndexBarBlock : IBarBlock
{
    readonly IndexBlock _block;
    readonly IndexProvenance _provenance;

    /// <param name="block">The minutes.</param>
    /// <param name="stored">What is stored in the window, as <c>copy_flat_data_bars.sql</c> gives it.</param>
    public IndexBarBlock(IndexBlock block, CopiedRows stored)
    {
        (_block, _provenance) = (block, new IndexProvenance(block));
        var standing = Compare(stored);
        (IsNew, HasStrays, Differing) = (standing.IsNew, standing.HasStrays, standing.Differing);
    }

    public int Count => _block.Count;

    public bool IsNew { get; }

    public bool HasStrays { get; }

    public IReadOnlyList<int> Differing { get; }

    public ImmutableArray<SkipCause> Skipped => _block.Skipped;

    public UtcTime Time(int place) => _block.Time(place);

    public BarRow Row(int place)
    {
        var minute = _block.Minute(place);
        return new BarRow(
            Bar.Flat(_block.Definition.Series, minute.Time, minute.Level),
            Provenance.Of(_block.Definition, minute),
            -minute.TotalAge
        );
    }

    public void AppendValues(int place, BinaryRows rows)
    {
        for (var i = 0; i < 4; i++)
        {
            rows.Number((ulong)_block.Levels[place], Price.Places);
        }

        rows.Number(0, 0);
        rows.Null();
        rows.Int4(0);
        rows.Boolean(false);
    }

    public void AppendRaw(int place, BinaryRows rows) => rows.Json(_provenance.Of(place));

    StoredBars Compare(CopiedRows stored)
    {
        var standing = new StoredBars(_block.Minutes);
        while (stored.Next())
        {
            var place = standing.Meet(stored.Time());
            var close = stored.TryRead(out var number) ? ServerNumber.Scaled(number) : -1;
            var raw = stored.Read();
            if (stored.Boolean() && place >= 0)
            {
                standing.Note(place, close == _block.Levels[place] && raw.SequenceEqual(_provenance.Of(place)));
            }
        }

        return standing;
    }
}
