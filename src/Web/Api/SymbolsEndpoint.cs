using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Web.Api;

/// <summary><c>symbols</c>: the registry, indexes with their baskets.</summary>
static class SymbolsEndpoint
{
    public static async Task RunAsync(HttpContext http, Registries registries)
    {
        var registry = await registries.LoadAsync(http.RequestAborted);
        await WebJson.WriteAsync(http, new SymbolsDocument("dxy.symbols/1", [.. registry.Entries.Select(Document)], registry.Problems));
    }

    static SymbolDocument Document(RegistryEntry entry) =>
        new(
            entry.Symbol.Name,
            entry.AssetClass,
            entry.Description,
            entry.Active,
            [.. entry.Rollups.Prepend(Timeframe.OneMinute).Distinct().Order().Select(timeframe => timeframe.ToString())],
            entry.Index is { } index
                ? new IndexDocument(
                    index.Factor,
                    index.Since.ToDateTimeOffset(),
                    index.Rule.Version,
                    index.MaxAgeMinutes,
                    [.. index.Components.Select(component => new ComponentDocument(component.Symbol.Name, component.Exponent))]
                )
                : null
        );
}
