using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Api;

/// <summary>Our documents as JSON: times as the console writes them.</summary>
static class WebJson
{
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new Instants() },
        };

    public static Task WriteAsync<T>(HttpContext http, T document)
    {
        http.Response.Headers.CacheControl = "private, no-cache";
        return Revised.WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(document, Options), BarsFormats.Json);
    }

    sealed class Instants : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            UtcTime.Parse(reader.GetString()!).ToDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(UtcTime.From(value).ToString());
    }
}
