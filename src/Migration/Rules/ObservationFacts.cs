using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>A rollup's bucket that should be there.</summary>
/// <param name="Timeframe">Of which rollup.</param>
/// <param name="Expected">The newest bucket that is closed, settled and has a 1m bar; null when there is none.</param>
/// <param name="IsThere">Whether it is stored.</param>
/// <param name="Newest">The newest stored bucket.</param>
public readonly record struct BucketFact(Timeframe Timeframe, UtcTime? Expected, bool IsThere, UtcTime? Newest);

/// <summary>What a sample saw in the tables, in market time.</summary>
public sealed record ObservationFacts
{
    public required Symbol Symbol { get; init; }

    public required UtcTime Now { get; init; }

    /// <summary>How long after its end a bar may still be on its way: the grace, and the moments that reading, deriving and writing
    /// take.</summary>
    public required TimeSpan Settle { get; init; }

    /// <summary>The basket; null when the registry names none.</summary>
    public IndexDefinition? Index { get; init; }

    /// <summary>When bars of the symbol are expected.</summary>
    public MarketCalendar Calendar { get; init; } = MarketCalendar.Rule;

    /// <summary>The newest final bars of the new table, ascending, an hour and some before.</summary>
    public IReadOnlyList<PricePoint> Bars { get; init; } = [];

    /// <summary>The components' closes, in the basket's order, reaching the maximum age beyond the last hour.</summary>
    public IReadOnlyList<ComponentCloses> Components { get; init; } = [];

    /// <summary>Minutes of the last hour that don't stand equal in both tables, and how; those that somebody decided to keep are left
    /// out.</summary>
    public IReadOnlyList<(UtcTime Time, string What)> Unequal { get; init; } = [];

    public IReadOnlyList<BucketFact> Buckets { get; init; } = [];

    /// <summary>The newest bar of the symbol in any table and timeframe.</summary>
    public UtcTime? Newest { get; init; }

    /// <summary>Since when the symbol's oldest due work could have been done; null when none is.</summary>
    public UtcTime? OldestDue { get; init; }

    /// <summary>Minutes of bars due.</summary>
    public double DueMinutes { get; init; }

    /// <summary>Pieces of the symbol's work that failed.</summary>
    public long Parked { get; init; }

    /// <summary>The most often one of them was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Statements of other programs that wrote the symbol's bars to the old table within the last hour.</summary>
    public long LegacyWrites { get; init; }

    /// <summary>Minutes that open before this have ended, and have settled.</summary>
    public UtcTime Settled => (Now - Settle).Floor(Timeframe.OneMinute);

    public TimeRange LastHour => new(Settled - TimeSpan.FromHours(1), Settled);
}
