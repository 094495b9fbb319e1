using DxyOrleans.Feeds.Files.Formats;

namespace DxyOrleans.Feeds.Files;

/// <summary>The formats there are, those that are known by more first. A new one is a table in <c>Formats</c> and a line here.</summary>
public static class BarFileFormats
{
    public static IReadOnlyList<BarFileFormat> All { get; } =
    [
        TableFormat.Table,
        MassiveFormat.Table,
        DukascopyBinaryFormat.Bars,
        DukascopyBinaryFormat.Ticks,
        JsonFormats.OandaTwoSided,
        JsonFormats.Oanda,
        JsonFormats.Massive,
        StooqFormat.Table,
        MetaTrader5Format.Table,
        MetaTrader5TicksFormat.Table,
        DukascopyTicksFormat.Site,
        DukascopyTicksFormat.Platform,
        DukascopyTicksFormat.Downloader,
        TwoSidedFormat.Bars,
        TwoSidedFormat.Ticks,
        DukascopyFormat.Table,
        JForexFormat.Table,
        DukascopyNodeFormat.Table,
        TradingViewFormat.Table,
        PandasFormat.Table,
        DxyFormat.Table,
        HistDataFormat.Table,
        HistDataTicksFormat.Table,
        HistDataNinjaTicksFormat.Table,
        HistDataMetaStockFormat.Table,
        LeanFormat.Minutes,
        LeanFormat.Hours,
        LeanFormat.Ticks,
        HistDataMetaTraderFormat.Table,
        MetaTrader4Format.Table,
    ];

    /// <summary>The project's own, in which anybody can write.</summary>
    public static BarFileFormat Own => DxyFormat.Table;

    /// <exception cref="ArgumentException">No format has that name.</exception>
    public static BarFileFormat Get(string name) =>
        All.FirstOrDefault(format => format.Name == name)
        ?? throw new ArgumentException(
            $"There is no format '{name}'; there are {string.Join(", ", All.Select(format => format.Name))}.",
            nameof(name)
        );

    /// <summary>How a file that begins with this line is laid out; null when it is of no format.</summary>
    internal static FileLayout? Recognise(ReadOnlySpan<byte> firstLine)
    {
        foreach (var format in All)
        {
            if (FileLayout.Recognise(format, firstLine) is { } layout)
            {
                return layout;
            }
        }

        return null;
    }
}
