using System.Globalization;
using System.Text.RegularExpressions;

namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>The day that a file's name begins with, as Lean's do: <c>20131220_eurusd_minute_quote.csv</c>.</summary>
static partial class DayInFileName
{
    /// <summary>Of an archive's entry its own name counts, and the archive's where that says nothing.</summary>
    public static DateTime? Find(string name) =>
        name.Split('!').Reverse().Select(Path.GetFileName).Select(Of).FirstOrDefault(day => day is not null);

    static DateTime? Of(string? file) =>
        file is not null
        && Day().Match(file) is { Success: true } found
        && DateTime.TryParseExact(found.Value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    [GeneratedRegex(@"\A[0-9]{8}(?=_)")]
    private static partial Regex Day();
}
