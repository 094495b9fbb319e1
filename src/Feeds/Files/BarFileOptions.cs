using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>How bar files are to be read.</summary>
public sealed record BarFileOptions
{
    /// <summary>A format's name (<see cref="BarFileFormats"/>); null recognises it by the first line.</summary>
    public string? Format { get; init; }

    /// <summary>The symbol of files that don't name theirs; of files that do, only these symbols' rows are read. Empty: those of the
    /// registry.</summary>
    public IReadOnlyCollection<Symbol> Symbols { get; init; } = [];

    /// <summary>The registry's symbols: rows of others are passed over, and a file's name hints at one of these alone. Null: any is
    /// known.</summary>
    public IReadOnlySet<Symbol>? Known { get; init; }

    /// <summary>Whether bars of a series are derived here, so that they can't be given by a file; null: none are.</summary>
    public Func<Series, bool>? IsDerivedHere { get; init; }

    /// <summary>
    /// The zone of times that have none: an IANA name (<c>Europe/Athens</c>) or an offset (<c>-05:00</c>); null takes the format's own. A
    /// file whose times all have theirs is refused with it.
    /// </summary>
    public string? Zone { get; init; }

    /// <summary>The side of the market that is wanted of files that have both; a file that has one is refused with it.</summary>
    public PriceSide? Side { get; init; }

    /// <summary>Whether numbers have a comma before their decimals.</summary>
    public bool HasDecimalComma { get; init; }

    /// <summary>Whether a clock that contradicts the FX week is right all the same.</summary>
    public bool TrustsClock { get; init; }

    /// <summary>The calendar of a symbol, by which bars outside it are counted; null: they aren't.</summary>
    public Func<Symbol, MarketCalendar>? Calendar { get; init; }

    /// <summary>Further spellings of symbols, beside the usual ones; without regard to case.</summary>
    public IReadOnlyDictionary<string, Symbol>? Spellings { get; init; }

    /// <summary>Whether refused rows are told whole, and not their beginning alone.</summary>
    public bool KeepsLines { get; init; }

    /// <summary>The timeframe of the bars, 1m when null; rows off its grid are refused. Of files that name it in each row, only those rows
    /// are read.</summary>
    public Timeframe? Timeframe { get; init; }

    /// <summary>Whether rows that lie wider apart than the timeframe are meant so.</summary>
    public bool IsSparse { get; init; }

    /// <summary>How far after now a bar may open before it is refused as from the future; zero or more.</summary>
    public TimeSpan FutureSkew { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Rows a batch holds at most, good and refused together; 1 or more. The last of a file may hold a few that were held
    /// back.</summary>
    public int BatchRows { get; init; } = 20_000;

    /// <summary>Bytes a compressed file may unpack to, all its entries together, before reading stops; above zero.</summary>
    public long MaxUncompressedBytes { get; init; } = 4L << 30;

    /// <exception cref="ArgumentException">A value is out of its range, or a format or zone there isn't.</exception>
    internal ResolvedOptions Resolve()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUncompressedBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FutureSkew, TimeSpan.Zero);
        var format = Format is null ? null : BarFileFormats.Get(Format);
        return format?.Zone == ZoneRule.None && Zone is not null
            ? throw new ArgumentException(FileFaults.ZoneWithoutEffect(format).Text)
            : new ResolvedOptions(this, format, Zone is null ? null : FileZone.Parse(Zone));
    }
}

/// <summary>Options whose names have been looked up.</summary>
sealed record ResolvedOptions(BarFileOptions Given, BarFileFormat? Format, FileZone? Zone)
{
    /// <summary>Whether a row of the symbol is to be read.</summary>
    public bool Wants(Symbol symbol) => Given.Symbols.Count > 0 ? Given.Symbols.Contains(symbol) : IsKnown(symbol);

    public bool IsKnown(Symbol symbol) => Given.Known?.Contains(symbol) ?? true;

    /// <summary>Understands the symbols of rows.</summary>
    public SymbolSpellings Spellings { get; } = new(Given.Known, Given.Spellings);
}
