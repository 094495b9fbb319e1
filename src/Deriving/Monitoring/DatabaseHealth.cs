using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Deriving.Monitoring;

/// <summary>Looks at everything in the database that can ail, and judges it by <see cref="HealthRules"/>; each look has its time, and one
/// that can't be made leaves the others.</summary>
/// <param name="database">The database.</param>
/// <param name="looks">Gives each look its time.</param>
/// <param name="grace">How long after its end a bucket is emitted.</param>
/// <param name="time">The real clock.</param>
public sealed class DatabaseHealth(NpgsqlDataSource database, HealthProbes looks, TimeSpan grace, TimeProvider time)
{
    // The plan's bounds of a plausible DXY; other indexes are judged by their moves alone.
    const decimal LowestDxy = 50;
    const decimal HighestDxy = 200;

    /// <summary>Makes all checks.</summary>
    /// <param name="others">What else is looked at beside the backlog, of which this room knows nothing.</param>
    /// <param name="cancellation">Ends the looking.</param>
    public async Task<IReadOnlyList<HealthCheck>> RunAsync(IEnumerable<HealthProbe> others, CancellationToken cancellation)
    {
        SymbolRegistry? registry = null;
        var first = await looks.RunAsync([new("database", "", ServerAsync), new("registry", "", async end =>
                {
                    registry = await new RegistryStore(database).LoadAsync(end);
                    return [];
                }), new("capture", "", async end => [HealthRules.Capture([.. (await CaptureMissing.ReadAsync(database, end)).Select(trigger => $"{trigger.Name} on {trigger.Table}")])]), new("replication", "", async end => (await Subscriptions.ReadAsync(database, end)).Select(found => HealthRules.Replication(found.Name, found.Fault, found.Note))), new("tables", "", TablesAsync)], cancellation);
        var bars = registry is null
            ? []
            : await looks.RunAsync(
                [
                    .. Watched(registry)
                        .Select(entry => new HealthProbe("freshness", entry.Symbol.Name, end => SeriesAsync(registry, entry, end))),
                    .. registry.Rollups.Select(rollup => new HealthProbe("schedule", rollup.ToString(), end =>
                        RollupAsync(registry, rollup, end)
                    )),
                ],
                cancellation
            );
        var last = await looks.RunAsync([new("backlog", "", BacklogAsync), .. others], cancellation);
        return [.. first, .. bars, .. last];
    }

    async Task<IEnumerable<HealthCheck>> TablesAsync(CancellationToken cancellation)
    {
        var faults = await TableFitness.FaultsAsync(database, cancellation, tries: true);
        return
        [
            HealthRules.Tables(
                [.. faults.Where(fault => fault.Stops).Select(fault => fault.Line)],
                [.. faults.Where(fault => !fault.Stops).Select(fault => fault.Line)]
            ),
        ];
    }

    async Task<IEnumerable<HealthCheck>> BacklogAsync(CancellationToken cancellation)
    {
        var backlog = await BacklogState.ReadAsync(database, null, cancellation);
        return
        [
            HealthRules.Backlog(backlog.Oldest is { } oldest ? backlog.Now - oldest : null, backlog.Minutes, backlog.Changes),
            HealthRules.Parked(backlog.Parked, backlog.Attempts),
        ];
    }

    // The indexes and what they are made of; other symbols of a host are its own affair.
    static IEnumerable<RegistryEntry> Watched(SymbolRegistry registry)
    {
        var symbols = registry
            .Indexes.SelectMany(index => index.Components.Select(component => component.Symbol).Append(index.Symbol))
            .ToHashSet();
        return registry.Entries.Where(entry => entry.Active && symbols.Contains(entry.Symbol));
    }

    async Task<IEnumerable<HealthCheck>> ServerAsync(CancellationToken cancellation)
    {
        await using var command = database.Statement("health_server");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var skew = UtcTime.From(time.GetUtcNow()) - reader.GetUtc(2);
        return
        [
            HealthRules.Database(reader.GetInt32(0), reader.GetString(1)),
            HealthRules.Clock(skew, reader.GetBoolean(4)),
            HealthRules.Missed(reader.GetInt64(5)),
        ];
    }

    async Task<IEnumerable<HealthCheck>> SeriesAsync(SymbolRegistry registry, RegistryEntry entry, CancellationToken cancellation)
    {
        var now = await database.NowAsync(cancellation);
        var series = new Series(entry.Symbol, Timeframe.OneMinute);
        var table = await RouteReader.TableAsync(database, registry, series, cancellation);
        var calendar = MarketCalendar.Of(await CalendarStore.ReadAsync(database, cancellation), entry.AssetClass);
        var day = LastMarketDay(now.Floor(Timeframe.OneMinute));
        var expected = calendar.ExpectedRanges(day).ToList();
        UtcTime? newest;
        int bars;
        double? move;
        (int Count, string? Example) unfit;
        string? beyond,
            past;
        decimal? lowest,
            highest;
        await using (var command = database.Statement("health_series"))
        {
            command.Parameters.AddSeries(series).AddRange(day).With(table.Name);
            command
                .Parameters.With(expected.Select(part => part.From.ToDateTime()).ToArray())
                .With(expected.Select(part => part.To.ToDateTime()).ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            newest = reader.IsDBNull(0) ? null : reader.GetUtc(0);
            bars = reader.GetInt32(2);
            move = reader.IsDBNull(3) ? null : reader.GetDouble(3);
            (unfit, beyond, past) = ((reader.GetInt32(6), Text(reader, 7)), Text(reader, 8), Text(reader, 9));
            (lowest, highest) = (reader.IsDBNull(4) ? null : reader.GetDecimal(4), reader.IsDBNull(5) ? null : reader.GetDecimal(5));
        }

        var (isLive, first) = newest is { } end ? await LiveAsync(series, table, end, day, cancellation) : (false, day.To);
        var freshness = HealthRules.Freshness(entry.Symbol.Name, newest, now, isLive, beyond, calendar);
        var rows = HealthRules.Rows(entry.Symbol.Name, unfit.Count, unfit.Example, past);
        if (newest is null || !isLive)
        {
            return [freshness, rows];
        }

        // Before a series came live it can't have more.
        var window = day.Intersect(new TimeRange(first, day.To));
        var isDxy = entry.Index is not null && entry.Symbol == IndexDefinition.Dxy.Symbol;
        return
        [
            freshness,
            rows,
            HealthRules.Coverage(entry.Symbol.Name, bars, calendar.ExpectedMinutes(window)),
            HealthRules.Outliers(entry.Symbol.Name, move, lowest, highest, isDxy ? LowestDxy : 0, isDxy ? HighestDxy : Price.Limit),
        ];
    }

    static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    // Whether the series' bars come as they happen, and from when on in the last day a bar of each minute can be asked for.
    async Task<(bool IsLive, UtcTime From)> LiveAsync(
        Series series,
        BarTable table,
        UtcTime newest,
        TimeRange day,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("health_live");
        command.Parameters.AddSeries(series).With(newest.ToDateTime()).With(day.From.ToDateTime()).With(table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (
            reader.GetBoolean(0),
            reader.GetBoolean(1) ? day.From
            : reader.IsDBNull(2) ? day.To
            : UtcTime.Min(reader.GetUtc(2), day.To)
        );
    }

    async Task<IEnumerable<HealthCheck>> RollupAsync(SymbolRegistry registry, Series rollup, CancellationToken cancellation)
    {
        var now = await database.NowAsync(cancellation);
        var inputs = await RouteReader.TableAsync(database, registry, new Series(rollup.Symbol, Timeframe.OneMinute), cancellation);

        // What has just closed gets the grace and a moment to be written in.
        var closed = (now - grace - TimeSpan.FromSeconds(5)).Floor(rollup.Timeframe);
        await using var command = database.Statement("health_rollup");
        command.Parameters.AddSeries(rollup).With(closed.ToDateTime()).With(inputs.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        UtcTime? expected = reader.IsDBNull(0) ? null : reader.GetUtc(0).Floor(rollup.Timeframe);
        return [HealthRules.Schedule(rollup.ToString(), rollup.Timeframe, expected, reader.IsDBNull(1) ? null : reader.GetUtc(1))];
    }

    // The window that holds the last 1,440 market minutes; after a weekend it reaches back over it.
    static TimeRange LastMarketDay(UtcTime now)
    {
        var from = now;
        for (var step = 0; step < 10 && FxWeek.OpenMinutes(new TimeRange(from, now)) < 1440; step++)
        {
            from -= TimeSpan.FromDays(1);
        }

        return new TimeRange(from, now);
    }
}
