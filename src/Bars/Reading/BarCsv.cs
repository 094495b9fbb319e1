using System.Text;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bars.Reading;

/// <summary>Bars as CSV with the columns of <c>data_bars</c>: what is handed out, <c>dxy import</c> reads.</summary>
public static class BarCsv
{
    public const string Header =
        "canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,"
        + "source,ingested_at,raw,created_at,updated_at";

    static readonly char[] Special = [',', '"', '\n', '\r'];

    /// <summary>A bar's line, without its end.</summary>
    public static void Write(StringBuilder text, ExportedBar row)
    {
        text.Append(row.Series.Symbol.Name).Append(',').Append(row.Series.Timeframe.ToString()).Append(',').Append(row.Time.ToString());
        foreach (var number in (string?[])[row.Open, row.High, row.Low, row.Close, row.Volume, row.Vwap, row.TradeCount])
        {
            text.Append(',').Append(number);
        }

        text.Append(row.IsPartial ? ",true," : ",false,");
        Text(text, row.Source);
        Time(text, row.IngestedAt);
        text.Append(",\"").Append(row.Raw.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        Time(text, row.CreatedAt);
        Time(text, row.UpdatedAt);
    }

    /// <inheritdoc cref="Write"/>
    public static string Line(ExportedBar row)
    {
        var text = new StringBuilder();
        Write(text, row);
        return text.ToString();
    }

    static void Time(StringBuilder text, UtcTime? time) => text.Append(',').Append(time?.ToString());

    static void Text(StringBuilder text, string? value)
    {
        if (value is not null && value.IndexOfAny(Special) >= 0)
        {
            text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        else
        {
            text.Append(value);
        }
    }
}
