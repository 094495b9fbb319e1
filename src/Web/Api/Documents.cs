using System.Text.Json;
using System.Text.Json.Serialization;

namespace DxyOrleans.Web.Api;

// What the API answers, for writing and for its description. Names are those of the console's JSON.

/// <summary>A bar as it stands in its table.</summary>
sealed record BarDocument(
    string Symbol,
    string Timeframe,
    [property: JsonPropertyName("ts_utc")] DateTimeOffset Time,
    decimal? Open,
    decimal? High,
    decimal? Low,
    decimal? Close,
    decimal? Vol,
    decimal? Vwap,
    [property: JsonPropertyName("trade_count")] decimal? TradeCount,
    [property: JsonPropertyName("is_partial")] bool IsPartial,
    string? Source,
    [property: JsonPropertyName("ingested_at")] DateTimeOffset? IngestedAt,
    JsonElement Raw,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt
);

/// <summary>A page of bars.</summary>
sealed record BarsDocument(
    string Schema,
    string Symbol,
    string Timeframe,
    [property: JsonPropertyName("as_of")] DateTimeOffset? AsOf,
    IReadOnlyList<BarDocument> Bars,
    [property: JsonPropertyName("next_url")] string? NextUrl
);

sealed record ComponentDocument(string Symbol, double Exponent);

sealed record IndexDocument(
    double Factor,
    DateTimeOffset Since,
    int Version,
    [property: JsonPropertyName("max_age_minutes")] int MaxAgeMinutes,
    IReadOnlyList<ComponentDocument> Components
);

sealed record SymbolDocument(
    string Symbol,
    [property: JsonPropertyName("asset_class")] string? AssetClass,
    string? Description,
    bool Active,
    IReadOnlyList<string> Timeframes,
    IndexDocument? Index
);

sealed record SymbolsDocument(string Schema, IReadOnlyList<SymbolDocument> Symbols, IReadOnlyList<string> Problems);

sealed record GapDocument(DateTimeOffset From, DateTimeOffset To, int Minutes, string Cause, IReadOnlyList<string> Missing);

sealed record GapsDocument(
    string Schema,
    string Symbol,
    DateTimeOffset From,
    DateTimeOffset To,
    [property: JsonPropertyName("market_minutes")] long MarketMinutes,
    [property: JsonPropertyName("missing_minutes")] long MissingMinutes,
    [property: JsonPropertyName("outside_calendar")] long OutsideCalendar,
    IReadOnlyList<GapDocument> Gaps
);

sealed record HealthCheckDocument(string Name, string Subject, string Status, string Text);

sealed record HealthDocument(string Schema, string Status, IReadOnlyList<HealthCheckDocument> Checks);

sealed record InputDocument(
    string Symbol,
    double Exponent,
    decimal? Close,
    [property: JsonPropertyName("age_minutes")] int AgeMinutes,
    [property: JsonPropertyName("before_close")] decimal? BeforeClose,
    [property: JsonPropertyName("contributed_points")] decimal? ContributedPoints,
    bool Missing,
    bool Standing,
    string? Unfit,
    [property: JsonPropertyName("last_before")] DateTimeOffset? LastBefore,
    [property: JsonPropertyName("next_after")] DateTimeOffset? NextAfter
);

sealed record ExplainDocument(
    string Schema,
    string Symbol,
    [property: JsonPropertyName("ts_utc")] DateTimeOffset Time,
    bool Present,
    string Status,
    string? Todo,
    decimal? Close,
    decimal? Recomputed,
    int Version,
    string? Source,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt,
    int Corrections,
    [property: JsonPropertyName("before_ts_utc")] DateTimeOffset? BeforeTime,
    [property: JsonPropertyName("before_close")] decimal? BeforeClose,
    IReadOnlyList<InputDocument> Inputs
);
