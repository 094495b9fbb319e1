using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Client.Cli;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary>One bar as JSON, with the columns of <c>data_bars</c>.</summary>
internal static class BarOutput
{
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
