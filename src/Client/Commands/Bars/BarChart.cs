using System.Globalization;
using System.Text;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary>A bar as it is drawn.</summary>
readonly record struct Candle(UtcTime Time, decimal Open, decimal High, decimal Low, decimal Close);

/// <summary>
/// Bars as a picture of characters: the closes in one line, and a candle a column under it. What rose is full, what fell is hatched, so
/// that no colour is needed. Where bars are missing in between, a column stays empty.
/// </summary>
static class BarChart
{
    /// <summary>Columns of candles at most.</summary>
    public const int Width = 100;

    const int Height = 16;
    const string Steps = "▁▂▃▄▅▆▇█";

    /// <summary>The picture, a line each; none where there is no bar.</summary>
    /// <param name="candles">The bars, ascending; the newest <see cref="Width"/> columns are drawn.</param>
    /// <param name="timeframe">Theirs.</param>
    public static IReadOnlyList<string> Draw(IReadOnlyList<Candle> candles, Timeframe timeframe)
    {
        var columns = Columns(candles, timeframe);
        var drawn = columns.OfType<Candle>().ToList();
        if (drawn.Count == 0)
        {
            return [];
        }

        var (low, high) = (drawn.Min(candle => candle.Low), drawn.Max(candle => candle.High));
        var lines = new List<string> { Sparkline(columns), "" };
        var labels = Enumerable.Range(0, Height).Select(row => Label(PriceOf(row, low, high))).ToList();
        var margin = labels.Max(label => label.Length);
        for (var row = 0; row < Height; row++)
        {
            var text = new StringBuilder(labels[row].PadLeft(margin)).Append(row % 5 == 0 ? " ┤" : " │");
            foreach (var column in columns)
            {
                text.Append(column is { } candle ? Cell(candle, row, low, high) : ' ');
            }

            lines.Add(text.ToString().TrimEnd());
        }

        lines.Add($"{new string(' ', margin)} └{new string('─', columns.Count)}");
        lines.Add($"{new string(' ', margin)}  {Ends(drawn, columns.Count)}");
        return lines;
    }

    /// <summary>The closes in one line, eight heights; a blank where bars are missing.</summary>
    static string Sparkline(IReadOnlyList<Candle?> columns)
    {
        var closes = columns.OfType<Candle>().Select(candle => candle.Close).ToList();
        var (low, high) = (closes.Min(), closes.Max());
        return string.Concat(
            columns.Select(column =>
                column is not { } candle ? ' '
                : high == low ? Steps[Steps.Length / 2]
                : Steps[(int)Math.Round((candle.Close - low) / (high - low) * (Steps.Length - 1), MidpointRounding.AwayFromZero)]
            )
        );
    }

    static List<Candle?> Columns(IReadOnlyList<Candle> candles, Timeframe timeframe)
    {
        var columns = new List<Candle?>();
        for (var i = candles.Count - 1; i >= 0 && columns.Count < Width; i--)
        {
            if (i < candles.Count - 1 && candles[i].Time + timeframe != candles[i + 1].Time)
            {
                columns.Add(null);
            }

            columns.Add(candles[i]);
        }

        columns.Reverse();
        return columns.Count > Width ? columns[^Width..] : columns;
    }

    static char Cell(Candle candle, int row, decimal low, decimal high)
    {
        var (top, bottom) = (RowOf(Math.Max(candle.Open, candle.Close), low, high), RowOf(Math.Min(candle.Open, candle.Close), low, high));
        return row >= top && row <= bottom ? (candle.Close >= candle.Open ? '█' : '▒')
            : row >= RowOf(candle.High, low, high) && row <= RowOf(candle.Low, low, high) ? '│'
            : ' ';
    }

    static int RowOf(decimal price, decimal low, decimal high) =>
        high == low ? Height / 2 : (int)Math.Round((high - price) / (high - low) * (Height - 1), MidpointRounding.AwayFromZero);

    static decimal PriceOf(int row, decimal low, decimal high) => high - ((high - low) * row / (Height - 1));

    static string Label(decimal price) => Math.Round(price, 5).ToString("0.000##", CultureInfo.InvariantCulture);

    // The first time at the left, the last at the right where there is room for both.
    static string Ends(List<Candle> drawn, int width)
    {
        var (first, last) = (drawn[0].Time.ToString(), drawn[^1].Time.ToString());
        return first == last ? first
            : width >= first.Length + last.Length + 1 ? first + last.PadLeft(width - first.Length)
            : $"{first} … {last}";
    }
}
