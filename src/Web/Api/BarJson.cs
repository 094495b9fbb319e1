using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Api;

/// <summary>Bars as JSON, with the names and numbers that the console gives.</summary>
static class BarJson
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A page of bars.</summary>
    public static ReadOnlyMemory<byte> Document(Series series, UtcTime? asOf, IReadOnlyList<ExportedBar> rows, string? next)
    {
        var buffer = new ArrayBufferWriter<byte>(1024 + (rows.Count * 512));
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        json.WriteString("schema", "dxy.bars/1");
        json.WriteString("symbol", series.Symbol.Name);
        json.WriteString("timeframe", series.Timeframe.ToString());
        Time(json, "as_of", asOf);
        json.WriteStartArray("bars");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            Fields(json, row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("next_url", next);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>One bar, as the stream sends it.</summary>
    public static string One(ExportedBar row)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        Fields(json, row);
        json.WriteEndObject();
        json.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Fields(Utf8JsonWriter json, ExportedBar row)
    {
        json.WriteString("symbol", row.Series.Symbol.Name);
        json.WriteString("timeframe", row.Series.Timeframe.ToString());
        Time(json, "ts_utc", row.Time);
        Number(json, "open", row.Open);
        Number(json, "high", row.High);
        Number(json, "low", row.Low);
        Number(json, "close", row.Close);
        Number(json, "vol", row.Volume);
        Number(json, "vwap", row.Vwap);
        Number(json, "trade_count", row.TradeCount);
        json.WriteBoolean("is_partial", row.IsPartial);
        json.WriteString("source", row.Source);
        Time(json, "ingested_at", row.IngestedAt);
        json.WritePropertyName("raw");
        json.WriteRawValue(row.Raw);
        Time(json, "created_at", row.CreatedAt);
        Time(json, "updated_at", row.UpdatedAt);
    }

    static void Time(Utf8JsonWriter json, string name, UtcTime? time) => json.WriteString(name, time?.ToString());

    // A number as PostgreSQL prints it; JSON has none for NaN and infinity.
    static void Number(Utf8JsonWriter json, string name, string? numeric)
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
}
