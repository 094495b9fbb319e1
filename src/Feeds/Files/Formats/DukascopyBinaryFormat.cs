using DxyOrleans.Feeds.Files.Clocks;
using DxyOrleans.Feeds.Files.Texts;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>What <see cref="Bi5Text"/> makes of Dukascopy's binary files: the pair in each row, Unix milliseconds.</summary>
static class DukascopyBinaryFormat
{
    public static BarFileFormat Bars { get; } =
        new()
        {
            Name = "dukascopy-bi5",
            Example = "bi5_pair,bi5_time,open,high,low,close,volume",
            Names = HeaderNames.PricesAnd((BarColumn.Symbol, "bi5pair"), (BarColumn.Time, "bi5time"), (BarColumn.Volume, "volume")),
            Marks = ["bi5pair", "bi5time"],
            Times = TimeSpellings.Milliseconds,
            TimeExample = "1569888000000 (Unix milliseconds)",
            Zone = ZoneRule.None,
            FillsClosedMarket = true,
        };

    public static BarFileFormat Ticks { get; } =
        Bars with
        {
            Name = "dukascopy-bi5-ticks",
            Example = "bi5_pair,bi5_time,ask,bid,ask_volume,bid_volume",
            Names = HeaderNames.Table(
                (BarColumn.Symbol, "bi5pair"),
                (BarColumn.Time, "bi5time"),
                (BarColumn.Ask, "ask"),
                (BarColumn.Bid, "bid"),
                (BarColumn.AskVolume, "askvolume"),
                (BarColumn.BidVolume, "bidvolume")
            ),
            FillsClosedMarket = false,
        };
}
