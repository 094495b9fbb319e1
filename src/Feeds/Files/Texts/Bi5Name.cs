using System.Globalization;
using System.Text.RegularExpressions;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>
/// What the path of a Dukascopy file says: its bytes have neither pair nor day. Months count from 00, as in the vendor's addresses:
/// <c>EURUSD/2019/09/01/00h_ticks.bi5</c> is the first hour of 1 October.
/// </summary>
/// <param name="Pair">The pair.</param>
/// <param name="Start">The hour of quotes, or the day of minutes, in UTC.</param>
/// <param name="IsTicks">Whether it has quotes.</param>
/// <param name="Places">How many of a price's digits are behind the point.</param>
sealed partial record Bi5Name(string Pair, DateTime Start, bool IsTicks, byte Places)
{
    // Beyond these the vendor's scale isn't known here.
    const string FivePlaces = "AUD CAD CHF CNH DKK EUR GBP HKD MXN NOK NZD PLN SEK SGD TRY USD ZAR";

    public static Bi5Name? Find(string path)
    {
        var found = Named().Match(path.Replace('\\', '/'));
        if (!found.Success)
        {
            return null;
        }

        var pair = found.Groups["pair"].Value.ToUpperInvariant();
        byte places =
            pair.EndsWith("JPY", StringComparison.Ordinal) ? (byte)3
            : FivePlaces.Split(' ').Contains(pair[3..]) ? (byte)5
            : (byte)0;
        var isTicks = found.Groups["hour"].Success;
        return
            places > 0
            && FieldReader.TryDateTime(
                Number("year"),
                Number("month") + 1,
                Number("day"),
                isTicks ? Number("hour") : 0,
                0,
                0,
                out var start
            )
            ? new Bi5Name(pair, start, isTicks, places)
            : null;

        int Number(string group) => int.Parse(found.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"(?<![A-Za-z])(?<pair>[A-Za-z]{6})[/_-](?<year>[0-9]{4})[/_-](?<month>[0-9]{2})[/_-](?<day>[0-9]{2})[/_-]"
            + @"((?<hour>[0-9]{2})h_ticks|(BID|ASK)_candles_min_1)\.bi5\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Named();
}
