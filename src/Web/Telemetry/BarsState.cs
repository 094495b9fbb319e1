using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Web.Telemetry;

/// <summary>How fresh the indexes and their pairs are, and what waits to be derived.</summary>
sealed class BarsState(NpgsqlDataSource database, Registries registries, ReadGate gate) : IStateSource
{
    public IReadOnlyList<StateGauge> Gauges { get; } =
    [
        new(TelemetryNames.Freshness, "s", "How old the newest minute is, in market time."),
        new(TelemetryNames.BacklogChanges, "{change}", "Recorded changes that wait to be expanded."),
        new(TelemetryNames.BacklogMinutes, null, "Minutes of bars that could be derived now."),
        new(TelemetryNames.BacklogOldest, "s", "Since when the oldest of them could have been derived."),
        new(TelemetryNames.Parked, "{piece}", "Pieces of deriving that failed and are not done yet."),
    ];

    public async Task<IReadOnlyList<StateValue>> ReadAsync(CancellationToken cancellation)
    {
        var backlog = await gate.ReadAsync(end => BacklogState.ReadAsync(database, null, end), cancellation);
        var oldest = backlog.Oldest is { } since ? Math.Max(0, (backlog.Now - since).TotalSeconds) : 0;
        return
        [
            new(TelemetryNames.BacklogChanges, backlog.Changes),
            new(TelemetryNames.BacklogMinutes, backlog.Minutes),
            new(TelemetryNames.BacklogOldest, oldest),
            new(TelemetryNames.Parked, backlog.Parked),
            .. await gate.ReadAsync(FreshnessAsync, cancellation),
        ];
    }

    // The indexes and what they are made of: few, whatever else the registry holds.
    async Task<List<StateValue>> FreshnessAsync(CancellationToken cancellation)
    {
        var registry = await registries.LoadAsync(cancellation);
        var periods = await CalendarStore.ReadAsync(database, cancellation);
        var now = await database.NowAsync(cancellation);
        var values = new List<StateValue>();
        foreach (
            var symbol in registry
                .Indexes.SelectMany(index => index.Components.Select(component => component.Symbol).Append(index.Symbol))
                .Distinct()
        )
        {
            if (await BarReader.NewestAsync(database, new Series(symbol, Timeframe.OneMinute), cancellation) is { Bar: var newest })
            {
                var calendar = MarketCalendar.Of(periods, registry.Find(symbol)?.AssetClass);
                var age = newest.End < now ? calendar.ExpectedMinutes(new TimeRange(newest.End, now)) * 60d : 0;
                values.Add(new(TelemetryNames.Freshness, age, "symbol", symbol.Name));
            }
        }

        return values;
    }
}
