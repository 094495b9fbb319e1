using System.Collections.Immutable;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Quotes as Dukascopy's site, its platform and the downloader dukascopy-node write them, times like those of
/// their bars.</summary>
static class DukascopyTicksFormat
{
    static readonly ImmutableDictionary<string, BarColumn> s_sides = HeaderNames.Table(
        (BarColumn.Ask, "ask|askprice"),
        (BarColumn.Bid, "bid|bidprice"),
        (BarColumn.AskVolume, "askvolume"),
        (BarColumn.BidVolume, "bidvolume")
    );

    public static BarFileFormat Site { get; } =
        DukascopyFormat.Table with
        {
            Name = "dukascopy-ticks",
            Example = "Gmt time,Ask,Bid,AskVolume,BidVolume",
            Names = s_sides.AddRange(HeaderNames.Table((BarColumn.Time, "gmttime|localtime"))),
            TimeExample = "04.10.2019 20:57:00.123",
            FillsClosedMarket = false,
        };

    public static BarFileFormat Platform { get; } =
        JForexFormat.Table with
        {
            Name = "jforex-ticks",
            Example = "Time (EET),Ask,Bid,AskVolume,BidVolume",
            Names = s_sides.AddRange(HeaderNames.Table((BarColumn.Time, "time"))),
            TimeExample = "2019.10.01 03:00:00.123",
            FillsClosedMarket = false,
        };

    public static BarFileFormat Downloader { get; } =
        DukascopyNodeFormat.Table with
        {
            Name = "dukascopy-node-ticks",
            Example = "timestamp,askPrice,bidPrice,askVolume,bidVolume",
            Names = s_sides.AddRange(HeaderNames.Table((BarColumn.Time, "timestamp"))),
            Marks = ["timestamp", "askprice", "bidprice", HeaderNames.NoSymbol],
            FillsClosedMarket = false,
        };
}
