namespace DxyOrleans.Feeds.Files;

/// <summary>What a column of a bar file can hold.</summary>
enum BarColumn
{
    Symbol,

    /// <summary>Date and time of day, or an instant.</summary>
    Time,

    /// <summary>The date alone; the time of day stands in <see cref="Clock"/>.</summary>
    Date,

    /// <summary>The time of day, of files that have it apart from the date.</summary>
    Clock,

    Open,
    High,
    Low,
    Close,
    Volume,
    Vwap,
    TradeCount,

    // Those of our tables.
    Timeframe,
    IsPartial,
    Source,
    Raw,
    DeletedAt,
    Version,

    // Those of files that have both sides of the market, bars or single quotes.
    BidOpen,
    BidHigh,
    BidLow,
    BidClose,
    AskOpen,
    AskHigh,
    AskLow,
    AskClose,
    Bid,
    Ask,
    BidVolume,
    AskVolume,

    /// <summary>The one price of a tick.</summary>
    Tick,

    /// <summary>Whether the bar is done, of vendors who tell the running one too.</summary>
    IsComplete,

    /// <summary>Of no use here.</summary>
    Other,
}
