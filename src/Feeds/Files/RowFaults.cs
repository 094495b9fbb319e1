using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>What can be wrong with a line before it can be judged as a bar.</summary>
static class RowFaults
{
    public static BarFault WrongColumns(int found, int expected) => new("wrong-columns", found > expected
        ? $"{found} columns where {expected} are expected; is a comma used as decimal separator? Write 1.23"
        : $"{found} columns where {expected} are expected");

    public static BarFault DecimalComma(string value) =>
        new("decimal-comma", $"'{value}' has a comma as decimal separator; write 1.23");

    public static BarFault DecimalCommaRow(int found, int expected) =>
        new("decimal-comma", $"{found} columns where {expected} are expected and no '.' in any price: a comma is used as decimal separator; write 1.23");

    public static BarFault BadSymbol(string value) =>
        new("bad-symbol", $"'{value}' is not a symbol; write 3 to 16 letters or digits, like EURUSD");

    public static BarFault BadTime(string value, string example) =>
        new("bad-time", $"'{value}' is not a time like {example}");

    public static BarFault NoZone(string value) =>
        new("no-zone", $"the time '{value}' has no zone; write it in UTC, ending in Z");

    public static BarFault UnclearTime(string value, string zone, int instants) => new("unclear-time", instants == 0
        ? $"the time '{value}' does not exist in {zone}: the clock skips it"
        : $"the time '{value}' exists twice in {zone}: the clock goes back over it");

    public static BarFault BadCount(string field, string value) =>
        new("not-a-number", $"{field} is '{value}'; it has to be a number of 0 or more");

    public static BarFault LineTooLong { get; } =
        new("line-too-long", $"the line is longer than {LineReader.MaxLine / 1024} KB; is it a bar file?");

    public static BarFault TooScattered { get; } =
        new("too-scattered", "the file's bars are of too many different times or symbols to tell repeats; split it");

    public static BarFault InvalidUtf8 { get; } =
        new("invalid-utf8", "the line is not valid UTF-8; save the file as UTF-8");

    public static BarFault ControlCharacter { get; } =
        new("control-character", "the line has control characters in it; it is damaged or not text");
}
