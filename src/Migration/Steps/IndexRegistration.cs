using System.Text.Json.Nodes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// What the registry row of a migrated index holds. Keys that are there stay as they are: a host's own, and a definition it has already.
/// What deriving needs comes with the dual write; the rollups come with the switch of the readers, so that until then the old aggregator
/// has no rival.
/// </summary>
static class IndexRegistration
{
    const string Synthetic = "is_synthetic";

    public static string ForDeriving(Symbol symbol, string? metadata)
    {
        var merged = symbol == IndexDefinition.Dxy.Symbol ? Published() : [];
        Merge(merged, metadata);
        merged[Synthetic] = true;
        return merged.ToJsonString();
    }

    public static string ForRollups(string metadata)
    {
        var merged = new JsonObject { ["derived_timeframes"] = new JsonArray("5m", "1h") };
        Merge(merged, metadata);
        return merged.ToJsonString();
    }

    /// <summary>The metadata without what the run added; keys that came from elsewhere meanwhile stay.</summary>
    /// <param name="now">As it stands.</param>
    /// <param name="before">As it stood before the run.</param>
    public static string Without(string now, string before)
    {
        var (current, old) = (Parse(now), Parse(before));
        foreach (var key in (string[])[.. Published().Select(pair => pair.Key), "derived_timeframes"])
        {
            if (!old.ContainsKey(key))
            {
                current.Remove(key);
            }
        }

        if (old.TryGetPropertyValue(Synthetic, out var synthetic))
        {
            current[Synthetic] = synthetic?.DeepClone();
        }

        return current.ToJsonString();
    }

    static JsonObject Published()
    {
        var dxy = IndexDefinition.Dxy;
        return new JsonObject
        {
            [Synthetic] = true,
            ["base_timeframe"] = "1m",
            ["components"] = new JsonArray([.. dxy.Components.Select(component => (JsonNode)component.Symbol.Name)]),
            ["factor"] = dxy.Factor,
            ["exponents"] = new JsonObject(
                dxy.Components.Select(component => KeyValuePair.Create(component.Symbol.Name, (JsonNode?)component.Exponent))
            ),
            ["since"] = dxy.Since.ToString(),
            ["deriving_version"] = dxy.Rule.Version,
            ["max_age_minutes"] = dxy.MaxAgeMinutes,
        };
    }

    static void Merge(JsonObject into, string? metadata)
    {
        foreach (var (key, value) in Parse(metadata))
        {
            into[key] = value?.DeepClone();
        }
    }

    static JsonObject Parse(string? metadata) => (metadata is null ? null : JsonNode.Parse(metadata) as JsonObject) ?? [];
}
