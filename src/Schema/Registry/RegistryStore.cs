using System.Collections.Immutable;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Schema.Registry;

/// <summary>
/// Reads <c>core_asset_registry_all</c>. An index is a row whose metadata has <c>is_synthetic</c> and <c>components</c>; ours beside
/// the plan's keys are <c>factor</c>, <c>exponents</c> (by component), <c>since</c>, <c>deriving_version</c>, <c>max_age_minutes</c>,
/// and <c>periods</c>: later ones, ascending, each with its <c>since</c>, <c>factor</c> and <c>exponents</c>; of any symbol
/// <c>spellings</c>: how others name it. A DXY row with the plan's keys alone gets the published formula.
/// </summary>
public sealed class RegistryStore(NpgsqlDataSource database)
{
    public async Task<SymbolRegistry> LoadAsync(CancellationToken cancellation)
    {
        var entries = ImmutableArray.CreateBuilder<RegistryEntry>();
        var problems = ImmutableArray.CreateBuilder<string>();
        await using var command = database.Statement("read_registry");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            try
            {
                entries.Add(Entry(name, Text(reader, 1), Text(reader, 2), reader.GetBoolean(3), reader.GetString(4)));
            }
            catch (Exception fault)
                when (fault is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
            {
                problems.Add($"{name}: {fault.Message}");
            }
        }

        return new SymbolRegistry(entries.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>Understands one registry row.</summary>
    /// <exception cref="FormatException">A symbol, timeframe or time that is none.</exception>
    /// <exception cref="ArgumentException">A definition that can't be.</exception>
    public static RegistryEntry Entry(string name, string? assetClass, string? description, bool active, string metadata)
    {
        var symbol = Symbol.Parse(name);
        if (symbol.Name != name)
        {
            throw new FormatException($"the canonical spelling is {symbol}; the bars' statements compare names as they stand.");
        }

        using var document = JsonDocument.Parse(metadata);
        var root = document.RootElement;
        var rollups = Strings(root, "derived_timeframes")
            .Select(KnownTimeframe)
            .OfType<Timeframe>()
            .Where(timeframe => timeframe > Timeframe.OneMinute)
            .Distinct()
            .Order();
        return new RegistryEntry(symbol, assetClass, description, active, [.. rollups], Index(symbol, root), metadata)
        {
            Spellings = [.. Strings(root, "spellings")],
        };
    }

    static IndexDefinition? Index(Symbol symbol, JsonElement metadata)
    {
        var components = Strings(metadata, "components").Select(text => Symbol.Parse(text)).ToImmutableArray();
        if (
            components.IsEmpty || !(metadata.TryGetProperty("is_synthetic", out var synthetic) && synthetic.ValueKind == JsonValueKind.True)
        )
        {
            return null;
        }

        var published = IndexDefinition.Dxy;
        var version = metadata.TryGetProperty("deriving_version", out var number) ? number.GetInt32() : DerivingRules.Default.Version;
        var maxAge = metadata.TryGetProperty("max_age_minutes", out var age) ? age.GetInt32() : IndexDefinition.DefaultMaxAgeMinutes;
        if (DerivingRules.Find(version) is not { } rule)
        {
            throw new ArgumentException($"deriving_version is {version}; there are {DerivingRules.Numbers}.");
        }

        if (!metadata.TryGetProperty("exponents", out var exponents) || !metadata.TryGetProperty("factor", out var factor))
        {
            return
                symbol == published.Symbol && components.ToHashSet().SetEquals(published.Components.Select(component => component.Symbol))
                ? WithPeriods(
                    WithAges(new IndexDefinition(symbol, published.Factor, published.Components, published.Since, rule, maxAge), metadata),
                    metadata
                )
                : throw new ArgumentException("an index needs a factor and an exponent for each component in its metadata.");
        }

        var first = new IndexDefinition(
            symbol,
            factor.GetDouble(),
            [.. components.Select(component => new IndexComponent(component, Exponent(exponents, component)))],
            metadata.TryGetProperty("since", out var since) ? Since(since.GetString()) : published.Since,
            rule,
            maxAge
        );
        return WithPeriods(WithAges(first, metadata), metadata);
    }

    // A component's own maximum age, and the version of minutes without samples.
    static IndexDefinition WithAges(IndexDefinition definition, JsonElement metadata)
    {
        if (metadata.TryGetProperty("max_ages", out var ages) && ages.ValueKind != JsonValueKind.Null)
        {
            definition = definition.With(
                ages.EnumerateObject().ToImmutableDictionary(age => Symbol.Parse(age.Name), age => age.Value.GetInt32())
            );
        }

        return metadata.TryGetProperty("version_without_samples", out var version) && version.ValueKind != JsonValueKind.Null
            ? definition.WithoutSamplesBy(
                DerivingRules.Find(version.GetInt32())
                    ?? throw new ArgumentException($"version_without_samples is {version}; there are {DerivingRules.Numbers}.")
            )
            : definition;
    }

    static IndexDefinition WithPeriods(IndexDefinition first, JsonElement metadata) =>
        metadata.TryGetProperty("periods", out var periods) && periods.ValueKind != JsonValueKind.Null
            ? periods
                .EnumerateArray()
                .Aggregate(first, (definition, period) =>
                    definition.With(
                        new IndexPeriod(
                            Since(period.GetProperty("since").GetString()),
                            period.GetProperty("factor").GetDouble(),
                            [.. first.Components.Select(component => Exponent(period.GetProperty("exponents"), component.Symbol))]
                        )
                    )
                )
            : first;

    // A timeframe of another system's is none of ours; the symbol's others are.
    static Timeframe? KnownTimeframe(string text) => Timeframe.TryParse(text, out var timeframe) ? timeframe : null;

    static double Exponent(JsonElement exponents, Symbol component) =>
        exponents.TryGetProperty(component.Name, out var value)
            ? value.GetDouble()
            : throw new ArgumentException($"its metadata has no exponent for {component}.");

    static UtcTime Since(string? text) => UtcTime.TryParse(text, out var time) ? time : UtcTime.Parse(text + "T00:00:00Z");

    static List<string> Strings(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ?
            [
                .. array
                    .EnumerateArray()
                    .Select(item => item.GetString() ?? throw new FormatException($"{name} holds something that is no text.")),
            ]
            : [];

    static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
