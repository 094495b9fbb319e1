using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// What a host's own triggers and generated columns made of the rows of a trial. What they make of a row is what is stored: where it is a
/// rounding it is foreseen, where it is no price it isn't compared, and a price that isn't known again can't be told right from wrong, so
/// that such a host is refused.
/// </summary>
sealed class Alterations(HostBinding binding)
{
    static readonly string[] Prices = ["open", "high", "low", "close"];

    readonly Dictionary<(string Table, string Column), Dictionary<string, Alteration>> _altered = [];
    readonly HashSet<(string Table, string Key)> _added = [];
    readonly List<string> _refusals = [];

    /// <param name="row">The row.</param>
    /// <param name="price">The price that was given to it.</param>
    /// <param name="stored">What stood there.</param>
    /// <param name="correction">The price that it was corrected to.</param>
    /// <param name="corrected">What stood there then; null where it wasn't corrected.</param>
    public void Add(TrialRow row, decimal price, JsonObject stored, decimal correction, JsonObject? corrected)
    {
        foreach (var name in Prices)
        {
            var precision = binding[row.Table].Column(name)!.Precision;
            List<(decimal Given, decimal? Stored)> pairs =
            [
                (price, Number(stored[name])),
                .. corrected is null ? [] : new[] { (correction, Number(corrected[name])) },
            ];
            if (pairs.TrueForAll(pair => pair.Stored == precision.Stored(pair.Given)))
            {
                continue;
            }

            if (Rounding([.. pairs.Select(pair => (precision.Stored(pair.Given), pair.Stored))]) is { } rounding)
            {
                Note(row, name, rounding);
            }
            else if (row is { IsNeeded: true, Role: not null })
            {
                var (given, is_) = pairs.Find(pair => pair.Stored != precision.Stored(pair.Given));
                _refusals.Add(
                    $"public.{row.Table}.{name} of {row.Series} was stored as {Text(is_)} where {Text(given)} was given, which no "
                        + $"rounding explains: a trigger of the host changes it, "
                        + "and nobody could tell such a bar from a wrong one; let it leave our rows' prices as they are"
                );
            }
        }

        foreach (var (name, given) in (ReadOnlySpan<(string, decimal?)>)[("vol", 0), ("trade_count", 0), ("vwap", null)])
        {
            if (binding[row.Table].Column(name)!.Host is not null && Number(stored[name]) != given)
            {
                Note(row, name, Alteration.Unforeseen);
            }
        }

        if (
            row.Role is not null
            && binding[row.Table].Column("raw")!.IsWritten
            && !JsonNode.DeepEquals(stored["raw"], JsonNode.Parse(row.Raw))
        )
        {
            Provenance(row, stored["raw"]);
        }

        if (stored["source"]?.GetValue<string>() is { } source && source != row.Source)
        {
            Note(row, "source", Alteration.Unforeseen with { Text = source });
        }
    }

    // What is only added to it is left out of the comparison; else what stands there isn't ours any more.
    void Provenance(TrialRow row, JsonNode? stored)
    {
        var given = JsonNode.Parse(row.Raw)!.AsObject();
        if (stored is JsonObject found && given.All(one => found.ContainsKey(one.Key) && JsonNode.DeepEquals(found[one.Key], one.Value)))
        {
            _added.UnionWith(found.Select(one => one.Key).Where(key => !given.ContainsKey(key)).Select(key => (row.Table, key)));
        }
        else
        {
            Note(row, "raw", Alteration.Unforeseen);
        }
    }

    public IEnumerable<string> Refusals() => _refusals.Distinct();

    /// <summary>The binding with what was found.</summary>
    public HostBinding Binding() =>
        _altered.Count == 0 && _added.Count == 0 ? binding : new HostBinding(Table(BoundTable.New), Table(BoundTable.Old));

    BoundTable Table(string table) => new(table, name => binding[table].Column(name)?.Host is { } host ? Column(table, host) : null);

    HostColumn Column(string table, HostColumn host)
    {
        var added =
            host.Name == "raw" ? _added.Where(one => one.Table == table).Select(one => one.Key).Order(StringComparer.Ordinal).ToList() : [];
        host = added.Count > 0 ? host with { Added = added } : host;
        return !_altered.TryGetValue((table, host.Name), out var altered)
            ? host
            : host with
            {
                Altered = altered.ToDictionary(one => one.Key, one => one.Value.Places),
                Towards = Told(altered, one => one.Towards),
                Renamed = Told(altered, one => one.Text),
            };
    }

    static Dictionary<string, string>? Told(Dictionary<string, Alteration> altered, Func<Alteration, string?> what) =>
        altered.Values.All(one => what(one) is null)
            ? null
            : altered.Where(one => what(one.Value) is not null).ToDictionary(one => one.Key, one => what(one.Value)!);

    void Note(TrialRow row, string column, Alteration alteration) =>
        (_altered.TryGetValue((row.Table, column), out var of) ? of : _altered[(row.Table, column)] = [])[
            column == "source" ? row.Source : row.Series.Symbol.Name
        ] = alteration;

    // The rounding that explains all of it, to the most places; null where none does.
    static Alteration? Rounding(List<(decimal Given, decimal? Stored)> pairs)
    {
        for (var places = Price.Places; places >= 0; places--)
        {
            foreach (var towards in (string?[])[null, ColumnPrecision.Up, ColumnPrecision.Down])
            {
                var rounding = ColumnPrecision.Places(places, towards);
                if (pairs.TrueForAll(pair => rounding.Stored(pair.Given) == pair.Stored))
                {
                    return new Alteration(places, towards, null);
                }
            }
        }

        return null;
    }

    static decimal? Number(JsonNode? value) =>
        value is null || value.GetValueKind() != JsonValueKind.Number ? null
        : decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : decimal.MinValue;

    static string Text(decimal? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "null";

    sealed record Alteration(int? Places, string? Towards, string? Text)
    {
        public static Alteration Unforeseen { get; } = new(null, null, null);
    }
}
