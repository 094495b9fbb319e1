using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>The fields of one row, read but not yet judged as a bar.</summary>
struct BarFields
{
    /// <summary>Set where rows name the symbol; the last row's value is still there when the next is read.</summary>
    public Symbol Symbol { get; set; }

    public UtcTime Time { get; set; }

    public decimal Open { get; set; }

    public decimal High { get; set; }

    public decimal Low { get; set; }

    public decimal Close { get; set; }

    public decimal Volume { get; set; }

    public decimal? Vwap { get; set; }

    public int TradeCount { get; set; }

    /// <summary>Null where rows don't name it.</summary>
    public Timeframe? Timeframe { get; set; }

    public bool IsPartial { get; set; }

    /// <summary>Whether the table that the row was copied from had it as deleted.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Whether the row says that it was derived, not fed.</summary>
    public bool IsDerived { get; set; }

    /// <summary>Whether the vendor says that the bar isn't done yet.</summary>
    public bool IsRunning { get; set; }

    /// <summary>The sides of the quote before, 0 where there was none.</summary>
    public decimal LastBid { get; set; }

    public decimal LastAsk { get; set; }

    /// <summary>The provenance of a derived row as JSON, null where there is none.</summary>
    public string? Raw { get; set; }
}
