using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage;
using DxyOrleans.Storage.Bars;
using DxyOrleans.Storage.Registry;
using DxyOrleans.Storage.Schema;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>Looks at everything that can ail, from the tables alone, and judges it by <see cref="HealthRules"/>.</summary>
internal sealed class HealthExam(NpgsqlDataSource database, SymbolRegistry registry, TimeSpan grace, TimeProvider time)
{
    // The plan's bounds of a plausible DXY; other indexes are judged by their moves alone.
    const decimal LowestDxy = 50;
    const decimal HighestDxy = 200;

    public async Task<IReadOnlyList<HealthCheck>> RunAsync(CancellationToken cancellation)
    {
        var checks = new List<HealthCheck>();
        var now = await ServerAsync(checks, cancellation);
        checks.Add(HealthRules.Capture([.. (await CaptureMissing.ReadAsync(database, cancellation)).Select(trigger => $"{trigger.Name} on {trigger.Table}")]));
        var faults = await TableFitness.FaultsAsync(database, cancellation);
        checks.Add(HealthRules.Tables([.. faults.Where(fault => fault.Stops).Select(fault => fault.Line)], [.. faults.Where(fault => !fault.Stops).Select(fault => fault.Line)]));
        foreach (var entry in Watched())
        {
            await SeriesAsync(checks, entry, now, cancellation);
        }

        foreach (var rollup in registry.Rollups)
        {
            await RollupAsync(checks, rollup, now, cancellation);
        }

        var backlog = await Backlog.StateAsync(database, null, cancellation);
        checks.Add(HealthRules.Backlog(backlog.Oldest is { } oldest ? backlog.Now - oldest : null, backlog.Minutes, backlog.Changes));
        checks.Add(HealthRules.Stuck(backlog.Stuck, backlog.Attempts));
        var silos = await SiloRoster.ReadAsync(database, cancellation);
        checks.Add(HealthRules.Silos(silos.Count(silo => silo.IsAlive), silos.Count(silo => silo.State == "active")));
        return checks;
    }

    // The indexes and what they are made of; other symbols of a shop are its own affair.
    IEnumerable<RegistryEntry> Watched()
    {
        var symbols = registry.Indexes.SelectMany(index => index.Components.Select(component => component.Symbol).Append(index.Symbol)).ToHashSet();
        return registry.Entries.Where(entry => entry.Active && symbols.Contains(entry.Symbol));
    }

    async Task<UtcTime> ServerAsync(List<HealthCheck> checks, CancellationToken cancellation)
    {
        await using var command = database.Statement("health_server");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var skew = UtcTime.From(time.GetUtcNow()) - reader.GetUtc(2);
        checks.Add(HealthRules.Database(reader.GetInt32(0), reader.GetString(1)));
        checks.Add(HealthRules.Clock(skew, reader.GetBoolean(4)));
        checks.Add(HealthRules.Missed(reader.GetInt64(5)));
        return reader.GetUtc(3);
    }

    async Task SeriesAsync(List<HealthCheck> checks, RegistryEntry entry, UtcTime now, CancellationToken cancellation)
    {
        var series = new Series(entry.Symbol, Timeframe.OneMinute);
        var table = await BarExport.TableAsync(database, registry, series, cancellation);
        var day = LastMarketDay(now.Floor(Timeframe.OneMinute));
        await using var command = database.Statement("health_series");
        command.Parameters.AddSeries(series).AddRange(day).With(table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        UtcTime? newest = reader.IsDBNull(0) ? null : reader.GetUtc(0);
        var (isLive, first) = newest is { } end ? await LiveAsync(series, table, end, day, cancellation) : (false, day.To);
        checks.Add(HealthRules.Freshness(entry.Symbol.Name, newest, now, isLive));
        if (newest is null || !isLive)
        {
            return;
        }

        // Before a series came live it can't have more.
        var window = day.Intersect(new TimeRange(first, day.To));
        checks.Add(HealthRules.Coverage(entry.Symbol.Name, reader.GetInt32(2), FxWeek.OpenMinutes(window)));
        var isDxy = entry.Index is not null && entry.Symbol == IndexDefinition.Dxy.Symbol;
        checks.Add(HealthRules.Outliers(entry.Symbol.Name, reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.IsDBNull(4) ? null : reader.GetDecimal(4),
            reader.IsDBNull(5) ? null : reader.GetDecimal(5), isDxy ? LowestDxy : 0, isDxy ? HighestDxy : Price.Limit));
    }

    // Whether the series' bars come as they happen, and from when on in the last day a bar of each minute can be asked for.
    async Task<(bool IsLive, UtcTime From)> LiveAsync(Series series, BarTable table, UtcTime newest, TimeRange day, CancellationToken cancellation)
    {
        await using var command = database.Statement("health_live");
        command.Parameters.AddSeries(series).With(newest.ToDateTime()).With(day.From.ToDateTime()).With(table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetBoolean(0), reader.GetBoolean(1) ? day.From : reader.IsDBNull(2) ? day.To : UtcTime.Min(reader.GetUtc(2), day.To));
    }

    async Task RollupAsync(List<HealthCheck> checks, Series rollup, UtcTime now, CancellationToken cancellation)
    {
        var inputs = await BarExport.TableAsync(database, registry, new Series(rollup.Symbol, Timeframe.OneMinute), cancellation);

        // What has just closed gets the grace and a moment to be written in.
        var closed = (now - grace - TimeSpan.FromSeconds(5)).Floor(rollup.Timeframe);
        await using var command = database.Statement("health_rollup");
        command.Parameters.AddSeries(rollup).With(closed.ToDateTime()).With(inputs.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        UtcTime? expected = reader.IsDBNull(0) ? null : reader.GetUtc(0).Floor(rollup.Timeframe);
        checks.Add(HealthRules.Schedule(rollup.ToString(), rollup.Timeframe, expected, reader.IsDBNull(1) ? null : reader.GetUtc(1)));
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
