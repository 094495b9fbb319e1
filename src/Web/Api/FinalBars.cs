using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Api;

/// <summary>What charts and clients of other makes are given of a series: final rows whose prices are numbers.</summary>
static class FinalBars
{
    /// <summary>The bars of a range, ascending, with where the rest begins.</summary>
    public static async Task<RowPage> PageAsync(
        SeriesReader reader,
        BarTable table,
        Series series,
        TimeRange range,
        int limit,
        CancellationToken cancellation
    )
    {
        var page = await reader.PageAsync(table, series, range, null, limit, cancellation);
        return page with { Rows = [.. page.Rows.Where(IsFinal)] };
    }

    /// <summary>
    /// The newest bars before an instant, ascending: as many as are asked for where there are so many, whatever else stands between
    /// them.
    /// </summary>
    public static async Task<IReadOnlyList<ExportedBar>> NewestAsync(
        SeriesReader reader,
        BarTable table,
        Series series,
        UtcTime before,
        int count,
        CancellationToken cancellation
    )
    {
        var newest = new List<ExportedBar>();
        while (newest.Count < count && await reader.NewestFromAsync(table, series, before, count, cancellation) is { } from)
        {
            var page = await reader.PageAsync(table, series, new TimeRange(from, before), null, count, cancellation);
            newest.InsertRange(0, page.Rows.Where(IsFinal));
            before = from;
        }

        return newest.Count <= count ? newest : newest.GetRange(newest.Count - count, count);
    }

    static bool IsFinal(ExportedBar row) =>
        !row.IsPartial && IsNumber(row.Open) && IsNumber(row.High) && IsNumber(row.Low) && IsNumber(row.Close);

    public static bool IsNumber(string? text) =>
        text is not null && (char.IsAsciiDigit(text[0]) || (text[0] == '-' && char.IsAsciiDigit(text[1])));
}
