using DxyOrleans.Core.Bars;

namespace DxyOrleans.Schema.Binding;

/// <summary>One of our columns beside the host's: how statements read it, write it and look for it.</summary>
/// <param name="Name">Our name, which is the host's as well.</param>
/// <param name="Kind">What we take it for.</param>
/// <param name="Host">The host's column; null where there is none.</param>
public sealed record BoundColumn(string Name, ColumnKind Kind, HostColumn? Host)
{
    /// <summary>Whether statements that are written for our tables are right for it.</summary>
    public bool IsOurs =>
        Other is null
        && IgnoredBeside.Count == 0
        && Host is { Generated: false, IsDomain: false } host
        && Ignored.Count == 0
        && host.Added is null or { Count: 0 }
        && Kind switch
        {
            ColumnKind.Text => host.Base is "text" or "varchar",
            ColumnKind.Price => host.Base == "numeric" && host.Scale is null or >= Price.Places,
            ColumnKind.Volume => host is { Base: "numeric", Scale: null },
            ColumnKind.Count => host.Base is "int4" or "int8",
            ColumnKind.Version => host.Base == "int4",
            ColumnKind.Flag => host.Base == "bool",
            ColumnKind.Time => host.Base == "timestamptz",
            _ => host.Base == "jsonb",
        };

    /// <summary>
    /// What the other table keeps of the same column, where it keeps less: what is read here is brought to it. Null where the two aren't
    /// held against each other.
    /// </summary>
    public ColumnPrecision? Other { get; private init; }

    /// <summary>What the other table's trigger makes something else of, where the two are held against each other.</summary>
    IReadOnlyList<string> IgnoredBeside { get; init; } = [];

    public bool IsWritten => Host is { Generated: false };

    /// <summary>Symbols of which the host's trigger makes something else of it, so that it isn't compared: never of a price that
    /// decides.</summary>
    public IReadOnlyList<string> Ignored =>
        Kind is ColumnKind.Volume or ColumnKind.Count || Name == "vwap"
            ?
            [
                .. (Host?.Altered ?? new Dictionary<string, int?>())
                    .Where(one => one.Value is null)
                    .Select(one => one.Key)
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Whether an index on the host's column serves a comparison with our type only when the other side is brought to the
    /// host's.</summary>
    public bool HasKeyForm => Host is { Base: "bpchar" or "enum" or "citext" or "timestamp" };

    public ColumnPrecision Precision =>
        Host switch
        {
            null => ColumnPrecision.Missing,
            { Base: "float8" } => new ColumnPrecision(PrecisionKind.EightBytes),
            { Base: "float4" } => new ColumnPrecision(PrecisionKind.FourBytes),
            { Base: "int2" or "int4" or "int8" } => ColumnPrecision.Places(0),
            { Scale: { } scale } when Kind == ColumnKind.Volume || scale < Price.Places => ColumnPrecision.Places(scale),
            _ => ColumnPrecision.Exact,
        };

    /// <summary>The column for statements that hold both tables against each other, which is done as exactly as the coarser of the two has
    /// it.</summary>
    public BoundColumn Beside(BoundColumn other) =>
        this with
        {
            Other = Kind is ColumnKind.Price or ColumnKind.Volume or ColumnKind.Count && Keeps(other.Precision) ? other.Precision : null,
            IgnoredBeside = other.Ignored,
        };

    bool Keeps(ColumnPrecision other) =>
        Host is not null
        && other != Precision
        && other.Kind switch
        {
            PrecisionKind.Exact => false,
            PrecisionKind.Missing => true,
            PrecisionKind.Scaled => Kind != ColumnKind.Count && (Precision.Kind != PrecisionKind.Scaled || Precision.Scale > other.Scale),
            _ => Kind != ColumnKind.Count,
        };

    /// <summary>Our value of it, where <paramref name="value"/> is the host's; without one, and where it isn't compared, what stands for
    /// it.</summary>
    public string Read(string value)
    {
        if (Host?.Added is { Count: > 0 } added)
        {
            return Without(added, Converted(value));
        }

        string[] ignored = [.. Ignored.Union(IgnoredBeside).Order(StringComparer.Ordinal)];
        return ignored.Length == 0
            ? Brought(value)
            : $"(CASE WHEN {value[..(value.LastIndexOf('.') + 1)]}canonical_symbol::text IN "
                + $"({string.Join(", ", ignored.Select(symbol => $"'{symbol}'"))}) "
                + $"THEN {(this with { Host = null }).Converted("")} ELSE {Brought(value)} END)";
    }

    string Brought(string value) =>
        Other switch
        {
            null => Converted(value),
            { Kind: PrecisionKind.Missing } => (this with { Host = null }).Converted(value),
            { } other => other.Sql(Converted(value)),
        };

    static string Without(IReadOnlyList<string> keys, string json) =>
        $"(CASE WHEN jsonb_typeof({json}) = 'object' "
        + $"THEN {json} - ARRAY[{string.Join(", ", keys.Select(key => $"'{key.Replace("'", "''", StringComparison.Ordinal)}'"))}] ELSE "
        + $"{json} END)";

    string Converted(string value) =>
        (Host, Kind) switch
        {
            (null, ColumnKind.Price) => "NULL::numeric",
            (null, ColumnKind.Volume) => "0::numeric",
            (null, ColumnKind.Count or ColumnKind.Version) => "0",
            (null, ColumnKind.Json) => "'{}'::jsonb",
            (null, _) => "NULL::timestamptz",
            ({ } host, ColumnKind.Text) => host.Type == "text" ? value : $"{value}::text",
            ({ Base: "float4" }, _) => $"{value}::text::numeric",
            ({ Base: "timestamp" }, _) => $"({value} AT TIME ZONE 'UTC')",
            ({ } host, ColumnKind.Price or ColumnKind.Volume) => host.Type.StartsWith("numeric", StringComparison.Ordinal)
                ? value
                : $"{value}::numeric",
            ({ Type: "integer" }, _) => value,
            // A host may count further than we do.
            (_, ColumnKind.Count) => $"(CASE WHEN {value} BETWEEN -2147483648 AND 2147483647 THEN {value}::integer END)",
            (_, ColumnKind.Version) => $"{value}::integer",
            (_, ColumnKind.Flag) => $"{value}::boolean",
            ({ Base: "json" }, _) => $"{value}::jsonb",
            _ => value,
        };

    /// <summary>The host's value for ours; a text too long for it is refused there and not cut.</summary>
    public string Write(string value) =>
        Host switch
        {
            { Base: "timestamp" } => $"(({value})::timestamptz AT TIME ZONE 'UTC')",
            { Base: "varchar" or "bpchar" } => $"({value})::text",
            { Base: "json" } => $"({value})::jsonb",
            { Base: "jsonb" } => $"({value})::jsonb",
            { } host => $"({value})::{host.Type}",
            null => value,
        };

    /// <summary>What the host's column is compared with, so that its index serves: <paramref name="value"/> in the host's type, null where
    /// none of its values is that.</summary>
    public string Key(string value)
    {
        var literal = value.Length > 1 && value[0] == '\'' && value[^1] == '\'' ? value[1..^1] : null;
        return Host switch
        {
            { Base: "timestamp" } => $"(({value}) AT TIME ZONE 'UTC')",
            { Base: "enum" } host when literal is not null => host.Labels!.Contains(literal)
                ? $"{value}::{host.Type}"
                : $"NULL::{host.Type}",
            { Base: "enum" } host => $"(SELECT k FROM unnest(enum_range(NULL::{host.Type})) AS k WHERE k::text = {value})",
            { Base: "bpchar", Length: { } most } host => literal is not null
                ? literal.Length <= most
                    ? $"{value}::{host.Type}"
                    : $"NULL::{host.Type}"
                : $"(CASE WHEN length({value}) <= {most} THEN ({value})::{host.Type} END)",
            { } host => $"({value})::{host.Type}",
            null => value,
        };
    }
}

/// <summary>What we take a column for.</summary>
public enum ColumnKind
{
    Text,
    Time,

    /// <summary>A price, the volume-weighted one too.</summary>
    Price,
    Volume,
    Count,
    Version,
    Flag,
    Json,
}
