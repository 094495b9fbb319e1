using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>Which bars of a block stand in the table just so. A table without a key, or with several versions, may hold a bar twice: then
/// all have to say the same.</summary>
/// <param name="minutes">The block's bars, by the number of their minute, ascending.</param>
sealed class StoredBars(long[] minutes)
{
    readonly sbyte[] _known = new sbyte[minutes.Length];

    /// <summary>Whether nothing stands in the window.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>Whether something stands there that the block has no bar for.</summary>
    public bool HasStrays { get; private set; }

    /// <summary>The places of the bars that are not known to stand there.</summary>
    public IReadOnlyList<int> Differing => [.. Enumerable.Range(0, _known.Length).Where(place => _known[place] <= 0)];

    /// <summary>Notes a stored row; its bar's place in the block, negative where the block has none of its time.</summary>
    public int Meet(UtcTime time)
    {
        IsNew = false;
        var place = time.IsOnGrid(Timeframe.OneMinute) ? Array.BinarySearch(minutes, time.Minute) : -1;
        HasStrays |= place < 0;
        return place;
    }

    public void Note(int place, bool isSame) => _known[place] = isSame && _known[place] >= 0 ? (sbyte)1 : (sbyte)-1;
}
