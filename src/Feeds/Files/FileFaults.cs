using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>What can be wrong with a file as a whole.</summary>
static class FileFaults
{
    public static BarFault Empty { get; } = new("empty-file", "the file is empty; there is nothing to read");

    public static BarFault Binary { get; } = new("binary-file", "the file is binary, not text; give CSV, plain, as gzip or in a zip");

    public static BarFault UnknownFormat(string line) =>
        new(
            "unknown-format",
            $"no format begins with '{line}'; write a header over the rows that names their columns, like {BarFileFormats.Own.Example}, "
                + $"or give a file of one of these: "
                + string.Join("; ", BarFileFormats.All.Select(format => $"{format.Name} ({format.Example.Replace('\t', ' ')})"))
        );

    public static BarFault NotThisFormat(BarFileFormat format, string line) =>
        new(
            "not-this-format",
            $"it begins with '{line}', and a file of format {format.Name} with '{format.Example.Replace('\t', ' ')}'; leave --format "
                + $"out to have it recognised"
        );

    public static BarFault NoSymbol(BarFileFormat format, string? ambiguous) =>
        new(
            "no-symbol",
            ambiguous is null
                ? $"rows of format {format.Name} don't name their symbol here and the file's name holds none of the registry; say which "
                    + $"with --symbol"
                : $"rows of format {format.Name} don't name their symbol here and the file's name holds {ambiguous}; say which with "
                    + $"--symbol"
        );

    public static BarFault SymbolsGiven(BarFileFormat format) =>
        new(
            "no-symbol",
            $"rows of format {format.Name} don't name their symbol here, and several were given; say the one it is with --symbol"
        );

    public static BarFault ZoneWanted(BarFileFormat format, FileZone? hint) =>
        new(
            "zone-wanted",
            $"times of format {format.Name} are a server's, which the file doesn't name; say which with --zone, like --zone +03:00 or "
                + $"--zone Europe/Athens{(hint is null ? "" : $"; its weeks would fit --zone {hint.Name}")}"
        );

    public static BarFault ClockContradicted(FileZone zone, ClockFit fit, FileZone best) =>
        new(
            "clock-contradicted",
            $"its clock isn't {zone.Name}: in {fit.Contradicted:N0} of {fit.Weekends:N0} weekends, from {fit.First} on, there would be "
                + $"bars while the market is closed; say --zone {best.Name}, which fits, or --trust-clock if it is right all the same"
        );

    public static BarFault SideWanted(BarFileFormat format) =>
        new("side-wanted", $"files of format {format.Name} have bid and ask; say which is wanted with --side bid, ask or mid");

    public static BarFault SideWithoutEffect(BarFileFormat format) =>
        new("side-without-effect", $"this file of format {format.Name} has one side only: --side would do nothing; leave it out for it");

    public static BarFault DecimalCommaParts { get; } =
        new("decimal-comma", "commas part its fields, so that they can't stand before decimals: leave --decimal-comma out for this file");

    public static BarFault DayWanted(BarFileFormat format) =>
        new(
            "day-wanted",
            $"times of format {format.Name} are milliseconds of a day, which the file's name says: name it as the vendor does, like "
                + "20191001_eurusd_minute_quote.csv"
        );

    public static BarFault ZoneWithoutEffect(BarFileFormat format) =>
        new(
            "zone-without-effect",
            $"times of format {format.Name} are like {format.TimeExample}, which is an instant: --zone would do nothing; leave it out "
                + $"for this file"
        );

    public static BarFault ZoneUnused(long rows) =>
        new(
            "zone-without-effect",
            $"each of its first {rows:N0} times says its own zone: --zone would do nothing; leave it out for this file"
        );

    public static BarFault ZoneContradicted(FileZone stated) =>
        new(
            "zone-contradicted",
            $"the file says that its times are in {stated.Name}, and --zone says otherwise; leave it out for this file"
        );

    public static BarFault EmptyArchive { get; } = new("empty-file", "the archive has no file in it; there is nothing to read");

    public static BarFault BrokenArchive(string why) =>
        new(
            "broken-archive",
            $"the archive is cut off or damaged ({why.TrimEnd('.')}); fetch it again; what stands before the damage was read"
        );

    public static BarFault TooLarge(long limit) =>
        new("too-large", $"unpacked it is larger than {limit:N0} bytes; what stands before that was read; unpack it or raise the limit");

    public static BarFault Unreadable(string why) => new("unreadable", $"it can't be read ({why.TrimEnd('.')})");
}
