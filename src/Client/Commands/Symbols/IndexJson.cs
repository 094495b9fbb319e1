using System.Text.Json;
using System.Text.Json.Nodes;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Client.Commands.Symbols;

/// <summary>Indexes as JSON: as registry rows have them, and as the console shows them.</summary>
internal static class IndexJson
{
    /// <summary>The exponents by component.</summary>
    public static void Exponents(this Utf8JsonWriter json, IndexDefinition index)
    {
        json.WriteStartObject("exponents");
        foreach (var component in index.Components)
        {
            json.WriteNumber(component.Symbol.Name, component.Exponent);
        }

        json.WriteEndObject();
    }

    /// <summary>The metadata of a registry row that defines the index.</summary>
    public static string Metadata(IndexDefinition index) =>
        new JsonObject
        {
            ["is_synthetic"] = true,
            ["base_timeframe"] = "1m",
            ["components"] = new JsonArray([.. index.Components.Select(component => (JsonNode)component.Symbol.Name)]),
            ["derived_timeframes"] = new JsonArray("5m", "1h"),
            ["factor"] = index.Factor,
            ["exponents"] = Exponents(index),
            ["since"] = index.Since.ToString(),
            ["deriving_version"] = index.Rule.Version,
            ["max_age_minutes"] = index.MaxAgeMinutes,
        }.ToJsonString();

    /// <summary>The metadata of a row with one more period.</summary>
    /// <param name="metadata">As it stands.</param>
    /// <param name="index">With the new period as its last.</param>
    public static string WithPeriod(string metadata, IndexDefinition index)
    {
        var row = JsonNode.Parse(metadata)!.AsObject();
        if (row["periods"] is not JsonArray periods)
        {
            row["periods"] = periods = [];
        }

        var period = index.Later[^1];
        periods.Add(
            (JsonNode)
                new JsonObject
                {
                    ["since"] = period.Since.ToString(),
                    ["factor"] = period.Factor,
                    ["exponents"] = Exponents(index.At(period.Since)),
                }
        );
        return row.ToJsonString();
    }

    static JsonObject Exponents(IndexDefinition index) =>
        new(index.Components.Select(component => KeyValuePair.Create(component.Symbol.Name, (JsonNode?)component.Exponent)));
}
