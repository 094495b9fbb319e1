using System.Text.Json;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bars.Reading;

/// <summary>A stored bar as JSON, with the columns of <c>data_bars</c>: the one form that console, API and stream give.</summary>
public static class BarJson
{
    /// <summary>Its fields, within an object that the caller begins and ends.</summary>
    public static void WriteFields(this Utf8JsonWriter json, ExportedBar bar)
    {
        json.WriteString("symbol", bar.Series.Symbol.Name);
        json.WriteString("timeframe", bar.Series.Timeframe.ToString());
        Time(json, "ts_utc", bar.Time);
        json.Number("open", bar.Open);
        json.Number("high", bar.High);
        json.Number("low", bar.Low);
        json.Number("close", bar.Close);
        json.Number("vol", bar.Volume);
        json.Number("vwap", bar.Vwap);
        json.Number("trade_count", bar.TradeCount);
        json.WriteBoolean("is_partial", bar.IsPartial);
        json.WriteString("source", bar.Source);
        Time(json, "ingested_at", bar.IngestedAt);
        json.WritePropertyName("raw");
        json.WriteRawValue(bar.Raw);
        Time(json, "created_at", bar.CreatedAt);
        Time(json, "updated_at", bar.UpdatedAt);
    }

    /// <summary>A number as PostgreSQL prints it; null for NULL and what JSON has no number for.</summary>
    public static void Number(this Utf8JsonWriter json, string name, string? numeric)
    {
        json.WritePropertyName(name);
        if (numeric is null or "NaN" or "Infinity" or "-Infinity")
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(numeric);
        }
    }

    static void Time(Utf8JsonWriter json, string name, UtcTime? time) => json.WriteString(name, time?.ToString());
}
