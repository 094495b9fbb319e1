using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Api;

/// <summary>Bars as the API and the stream send them.</summary>
static class BarDocuments
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
        json.WriteString("as_of", asOf?.ToString());
        json.WriteStartArray("bars");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteFields(row);
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
        json.WriteFields(row);
        json.WriteEndObject();
        json.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
