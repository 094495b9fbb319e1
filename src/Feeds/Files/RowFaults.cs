using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>What can be wrong with a line before it can be judged as a bar.</summary>
static class RowFaults
{
    public static BarFault WrongColumns(int found, int expected) =>
        new(
            "wrong-columns",
            found > expected
                ? $"{found} columns where {expected} are expected; is a comma used as decimal separator? Write 1.23"
                : $"{found} columns where {expected} are expected"
        );

    public static BarFault OneTooMany(int found, int expected) =>
        new(
            "wrong-columns",
            $"{found} columns where {expected} are expected, and the last is empty: take the separator at the line's end away"
        );

    public static BarFault NoRow(Symbol symbol) =>
        new(
            "no-row",
            $"'{symbol}' is no symbol of the registry, and the line no row of another: its columns or its time are not those of a bar"
        );

    public static BarFault DecimalComma(string value) => new("decimal-comma", $"'{value}' has a comma as decimal separator; write 1.23");

    public static BarFault DecimalCommaRow(int found, int expected) =>
        new(
            "decimal-comma",
            $"{found} columns where {expected} are expected and no '.' in any price: a comma is used as decimal separator; write 1.23"
        );

    public static BarFault BadSymbol(string value) =>
        new("bad-symbol", $"'{value}' is not a symbol; write 3 to 16 letters or digits, like EURUSD");

    public static BarFault BadTime(string value, string example) => new("bad-time", $"'{value}' is not a time like {example}");

    public static BarFault NoZone(string value) =>
        new("no-zone", $"the time '{value}' has no zone; say which with --zone, or write it in UTC, ending in Z");

    public static BarFault UnclearTime(string value, string zone, int instants) =>
        new(
            "unclear-time",
            instants == 0
                ? $"the time '{value}' does not exist in {zone}: the clock skips it"
                : $"the time '{value}' exists twice in {zone}: the clock goes back over it"
        );

    public static BarFault BadCount(string field, string value) =>
        new("not-a-number", $"{field} is '{value}'; it has to be a number of 0 or more");

    public static BarFault Thousands(string field, string value) =>
        new("thousands-separator", $"{field} is '{value}', with a separator of thousands; write 1234.5");

    public static BarFault BadTimeframe(string value) =>
        new("bad-timeframe", $"'{value}' is not a timeframe; there are {string.Join(", ", Timeframe.All)}");

    public static BarFault BadRaw(string value) => new("bad-raw", $"raw is '{value}', which is not a JSON object");

    public static BarFault NotInRegistry(Symbol symbol, long rows) =>
        new(
            "unknown-symbol",
            $"{symbol} is not in the registry: {rows:N0} rows of it, the first here; add it with './dxy symbols add FILE'"
        );

    public static BarFault ContradictedBefore(Bar bar) =>
        new("contradiction", $"a bar of {bar.Series} {bar.Time} with other values stands in a file that was read before");

    public static BarFault QuoteTooLate(UtcTime time, UtcTime forming) =>
        new("quote-order", $"the quote of {time} stands behind one of {forming} or later; sort the file by time");

    public static BarFault LineTooLong { get; } =
        new("line-too-long", $"the line is longer than {LineReader.MaxLine / 1024} KB; is it a bar file?");

    public static BarFault TooScattered { get; } =
        new("too-scattered", "the file's bars are of too many different times or symbols to tell repeats; split it");

    public static BarFault InvalidUtf8 { get; } = new("invalid-utf8", "the line is not valid UTF-8; save the file as UTF-8");

    public static BarFault ControlCharacter { get; } =
        new("control-character", "the line has control characters in it; it is damaged or not text");
}
