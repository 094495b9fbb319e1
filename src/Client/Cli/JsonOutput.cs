using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Cli;

/// <summary>One JSON document on a line of its own, written as it comes so that millions of bars need no memory.</summary>
internal sealed class JsonOutput : IDisposable
{
    const int FlushAt = 1 << 16;

    readonly TextWriter _writer;
    readonly ArrayBufferWriter<byte> _buffer = new(FlushAt * 2);

    public JsonOutput(TextWriter writer, string schema)
    {
        _writer = writer;
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Json.WriteStartObject();
        Json.WriteString("schema", schema);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Hands over what is written so far, when it is much.</summary>
    public void Breathe()
    {
        if (Json.BytesPending + _buffer.WrittenCount > FlushAt)
        {
            Flush();
        }
    }

    public void Dispose()
    {
        Json.WriteEndObject();
        Flush();
        _writer.WriteLine();
        _writer.Flush();
        Json.Dispose();
    }

    void Flush()
    {
        Json.Flush();
        _writer.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }
}

/// <summary>Our types in JSON: times in ISO-8601, prices as decimal numbers of 8 places.</summary>
internal static class JsonValues
{
    /// <summary>A list of objects, each with what is written of an item.</summary>
    public static void Objects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A list of texts.</summary>
    public static void Texts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    public static void Time(this Utf8JsonWriter json, string name, UtcTime? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value.ToString());
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void Price(this Utf8JsonWriter json, string name, decimal? price)
    {
        json.WritePropertyName(name);
        if (price is { } value)
        {
            json.WriteRawValue(value.ToString("F8", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public static void Range(this Utf8JsonWriter json, TimeRange range)
    {
        json.Time("from", range.From);
        json.Time("to", range.To);
    }
}
