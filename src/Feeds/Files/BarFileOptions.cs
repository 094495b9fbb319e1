using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>How bar files are to be read.</summary>
public sealed record BarFileOptions
{
    /// <summary>A format's name (<see cref="BarFileFormats"/>); null recognises it by the first line.</summary>
    public string? Format { get; init; }

    /// <summary>The symbol of files that don't name theirs; of files that do, only this symbol's rows are read.</summary>
    public Symbol? Symbol { get; init; }

    /// <summary>
    /// The zone of formats whose times have none: an IANA name (<c>Europe/Athens</c>) or a fixed offset (<c>-05:00</c>); null takes the format's own.
    /// </summary>
    public string? Zone { get; init; }

    /// <summary>The timeframe of the bars; rows off its grid are refused.</summary>
    public Timeframe Timeframe { get; init; } = Timeframe.OneMinute;

    /// <summary>How far after now a bar may open before it is refused as from the future; zero or more.</summary>
    public TimeSpan FutureSkew { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Rows a batch holds at most, good and refused together; 1 or more.</summary>
    public int BatchRows { get; init; } = 20_000;

    /// <summary>Bytes a compressed file may unpack to, all its entries together, before reading stops; above zero.</summary>
    public long MaxUncompressedBytes { get; init; } = 4L << 30;

    /// <exception cref="ArgumentException">A value is out of its range, or a format or zone there isn't.</exception>
    internal ResolvedOptions Resolve()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUncompressedBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FutureSkew, TimeSpan.Zero);
        return new ResolvedOptions(this, Format is null ? null : BarFileFormats.Get(Format), Zone is null ? null : FileZone.Parse(Zone));
    }
}

/// <summary>Options whose names have been looked up.</summary>
internal sealed record ResolvedOptions(BarFileOptions Given, IBarFileFormat? Format, FileZone? Zone);
