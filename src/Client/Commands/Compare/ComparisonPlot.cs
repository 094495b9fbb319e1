using System.Globalization;
using System.Text;
using DxyOrleans.Core.Comparing;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Compare;

/// <summary>A comparison as a picture: both series above, the error below, over time. Plain SVG, nothing loaded from anywhere.</summary>
internal static class ComparisonPlot
{
    const int Width = 1200;
    const int Left = 100;
    const int Right = 1180;
    const int Columns = Right - Left;

    // Where a series has nothing for so long, its line is broken.
    static readonly TimeSpan Break = TimeSpan.FromHours(12);

    /// <param name="series">Whose values ours are.</param>
    /// <param name="other">The other's name.</param>
    /// <param name="comparison">With figures.</param>
    public static string Draw(string series, string other, SeriesComparison comparison)
    {
        var points = comparison.Points;
        var figures = comparison.Figures!;
        var span = new TimeRange(points[0].Time, points[^1].Time + TimeSpan.FromTicks(1));
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} 640" width="{Width}" height="640"
                font-family="sans-serif" font-size="13">
            <rect width="{Width}" height="640" fill="#fff"/>
            <text x="{Left}" y="22" font-size="16">{Escaped(series)} against {Escaped(other)}</text>
            <text x="{Left}" y="42" fill="#555">{points.Length} points, {span.From} to {points[
                ^1
            ].Time}; mean absolute error {figures.MeanAbsolute:0.########},
            p99 {figures.P99:0.########}, largest {figures.Max:0.########}, bias {figures.Bias:0.########}</text>

            """
        );
        var (low, high) = (points.Min(point => Math.Min(point.Own, point.Other)), points.Max(point => Math.Max(point.Own, point.Other)));
        Panel(svg, 60, 350, (double)low, (double)high, "0.####");
        Line(svg, 60, 350, (double)low, (double)high, span, [.. points.Select(point => (point.Time, (double)point.Other))], "#d9822b");
        Line(svg, 60, 350, (double)low, (double)high, span, [.. points.Select(point => (point.Time, (double)point.Own))], "#1f5fa8");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{Left + 8}" y="78" fill="#1f5fa8">{Escaped(series)}</text><text x="{Left + 8}" y="96" fill="#d9822b">{Escaped(
                other
            )}</text>{'\n'}"""
        );
        var reach = Math.Max(figures.Max, 1e-8);
        Panel(svg, 380, 590, -reach, reach, "G3");
        Line(svg, 380, 590, -reach, reach, span, [.. points.Select(point => (point.Time, (double)point.Error))], "#444");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <text x="{Left + 8}" y="396" fill="#444">error, ours less the other's</text>
            <text x="{Left}" y="612" fill="#555">{span.From}</text>
            <text x="{Right}" y="612" fill="#555" text-anchor="end">{points[^1].Time}</text>
            </svg>

            """
        );
        return svg.ToString();
    }

    static void Panel(StringBuilder svg, int top, int bottom, double low, double high, string format)
    {
        for (var i = 0; i <= 4; i++)
        {
            var y = bottom - ((bottom - top) * i / 4.0);
            var value = (low + ((high - low) * i / 4)).ToString(format, CultureInfo.InvariantCulture);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <line x1="{Left}" x2="{Right}" y1="{y:0.0}" y2="{y:0.0}" stroke="#ddd"/><text x="{Left - 6}" y="{y
                    + 4:0.0}" fill="#555" text-anchor="end">{value}</text>

                """
            );
        }
    }

    // Of the points that fall into one column of the picture the lowest and the highest are drawn: nothing that stands out is lost.
    static void Line(
        StringBuilder svg,
        int top,
        int bottom,
        double low,
        double high,
        TimeRange span,
        (UtcTime Time, double Value)[] points,
        string colour
    )
    {
        var scale = high > low ? (bottom - top) / (high - low) : 0;
        svg.Append("<path d=\"");
        UtcTime? before = null;
        foreach (var column in points.GroupBy(point => (int)((point.Time - span.From).Ticks * (double)Columns / span.Length.Ticks)))
        {
            var command = before is { } last && column.First().Time - last < Break ? 'L' : 'M';
            var (min, max) = (column.MinBy(point => point.Value), column.MaxBy(point => point.Value));
            foreach (var point in min.Time <= max.Time ? new[] { min, max } : [max, min])
            {
                svg.Append(CultureInfo.InvariantCulture, $"{command}{Left + column.Key} {bottom - ((point.Value - low) * scale):0.0}");
                command = 'L';
            }

            before = column.Last().Time;
        }

        svg.Append(CultureInfo.InvariantCulture, $"\" fill=\"none\" stroke=\"{colour}\"/>\n");
    }

    static string Escaped(string text) => System.Security.SecurityElement.Escape(text);
}
