using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Work;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary>One bar as CSV and as JSON, with the columns of <c>data_bars</c>.</summary>
internal static class BarOutput
{
    public const string CsvHeader =
        "canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,source,ingested_at,raw,created_at,updated_at";

    public static string Csv(ExportedBar bar) =>
        string.Join(
            ',',
            bar.Series.Symbol.Name,
            bar.Series.Timeframe.ToString(),
            bar.Time.ToString(),
            bar.Open,
            bar.High,
            bar.Low,
            bar.Close,
            bar.Volume,
            bar.Vwap,
            bar.TradeCount,
            bar.IsPartial ? "true" : "false",
            bar.Source,
            bar.IngestedAt?.ToString(),
            $"\"{bar.Raw.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
            bar.CreatedAt?.ToString(),
            bar.UpdatedAt?.ToString()
        );

    public static void Write(Utf8JsonWriter json, ExportedBar bar)
    {
        json.WriteString("symbol", bar.Series.Symbol.Name);
        json.WriteString("timeframe", bar.Series.Timeframe.ToString());
        json.Time("ts_utc", bar.Time);
        json.Number("open", bar.Open);
        json.Number("high", bar.High);
        json.Number("low", bar.Low);
        json.Number("close", bar.Close);
        json.Number("vol", bar.Volume);
        json.Number("vwap", bar.Vwap);
        json.Number("trade_count", bar.TradeCount);
        json.WriteBoolean("is_partial", bar.IsPartial);
        json.WriteString("source", bar.Source);
        json.Time("ingested_at", bar.IngestedAt);
        json.WritePropertyName("raw");
        json.WriteRawValue(bar.Raw);
        json.Time("created_at", bar.CreatedAt);
        json.Time("updated_at", bar.UpdatedAt);
    }
}
