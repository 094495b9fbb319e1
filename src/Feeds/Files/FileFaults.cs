using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>What can be wrong with a file as a whole.</summary>
static class FileFaults
{
    public static BarFault Empty { get; } = new("empty-file", "the file is empty; there is nothing to read");

    public static BarFault HeaderOnly { get; } = new("header-only", "the file has a header and no row; there is nothing to read");

    public static BarFault Binary { get; } = new("binary-file", "the file is binary, not text; give CSV, plain, as gzip or in a zip");

    public static BarFault Utf16 { get; } = new("utf16-file", "the file is UTF-16; save it as UTF-8");

    public static BarFault UnknownFormat(string line) => new("unknown-format",
        $"no format begins with '{line}'; there are {string.Join("; ", BarFileFormats.All.Select(format => $"{format.Name} ({format.Example})"))}; name one to force it");

    public static BarFault NoSymbol(string format) => new("no-symbol",
        $"rows of format {format} don't name their symbol and the file name doesn't either; say which symbol it is");

    public static BarFault EmptyArchive { get; } = new("empty-file", "the archive has no file in it; there is nothing to read");

    public static BarFault BrokenArchive(string why) => new("broken-archive",
        $"the archive is cut off or damaged ({why.TrimEnd('.')}); fetch it again; what stands before the damage was read");

    public static BarFault TooLarge(long limit) => new("too-large",
        $"unpacked it is larger than {limit:N0} bytes; what stands before that was read; unpack it or raise the limit");

    public static BarFault Unreadable(string why) => new("unreadable", $"it can't be read ({why.TrimEnd('.')})");
}
