namespace DxyOrleans.Schema.Catalog;

/// <summary>A column we need.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">Types that will do, without precision.</param>
/// <param name="Add">How it is added where it is missing; null: nobody but the host can say what its values would be.</param>
public sealed record ColumnRule(string Name, string[] Types, string? Add)
{
    // now() is evaluated once, when the column is added: existing rows share that instant and no row is rewritten. So nothing may ever be
    // concluded from created_at.
    const string Now = "timestamp with time zone NOT NULL DEFAULT now()";

    static readonly ColumnRule[] Bar =
    [
        new("canonical_symbol", ["text", "character varying"], null),
        new("timeframe", ["text", "character varying"], null),
        new("ts_utc", ["timestamp with time zone"], null),
        new("open", ["numeric"], null),
        new("high", ["numeric"], null),
        new("low", ["numeric"], null),
        new("close", ["numeric"], null),
        new("vol", ["numeric"], null),
        new("vwap", ["numeric"], null),
        new("trade_count", ["integer", "bigint"], null),
        new("is_partial", ["boolean"], null),
        new("source", ["text", "character varying"], null),
        new("ingested_at", ["timestamp with time zone"], null),
        new("raw", ["jsonb"], "jsonb NOT NULL DEFAULT '{}'"),
        new("created_at", ["timestamp with time zone"], Now),
        new("updated_at", ["timestamp with time zone"], Now),
    ];

    public static IReadOnlyList<ColumnRule> Of(string table) =>
        table == SchemaCatalog.New
            ? Bar
            : [.. Bar, new("derivation_version", ["integer"], null), new("deleted_at", ["timestamp with time zone"], null)];

    /// <summary>Numbers: stored with fewer places than the other table has, a copy differs from its original.</summary>
    public static readonly string[] Values = ["open", "high", "low", "close", "vol", "vwap", "trade_count"];
}
