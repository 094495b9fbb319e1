using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>The fields of one row, read but not yet judged as a bar.</summary>
public struct BarFields
{
    /// <summary>Set by formats that name the symbol in the row; the last row's value is still there when the next is read.</summary>
    public Symbol Symbol { get; set; }

    public UtcTime Time { get; set; }

    public decimal Open { get; set; }

    public decimal High { get; set; }

    public decimal Low { get; set; }

    public decimal Close { get; set; }

    public decimal Volume { get; set; }

    public int TradeCount { get; set; }
}
