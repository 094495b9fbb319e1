using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>What a made host is like.</summary>
/// <param name="Start">Where its history ends and market time begins.</param>
/// <param name="PairDays">Days of the pairs' bars before that, 1 to 400.</param>
/// <param name="IndexBars">Minutes of the index before that, 5,000 to 5,000,000.</param>
internal sealed record LegacyHostPlan(UtcTime Start, int PairDays = 20, int IndexBars = 200_000);

/// <summary>What a made host holds.</summary>
internal sealed record LegacyHostRows(
    long Pairs,
    long Index,
    long Superseded,
    long Deleted,
    long BadPrints,
    long Backfill,
    long Partial,
    long Vendor
);

/// <summary>Makes a host as it stands before a migration: its tables, its history, its dirt. All of it by SQL, the same in every
/// run.</summary>
internal sealed class LegacyHostMaker(NpgsqlDataSource database, SimulatedMarket market)
{
    /// <summary>Fills an empty database.</summary>
    public async Task<LegacyHostRows> MakeAsync(LegacyHostPlan plan, CancellationToken cancellation)
    {
        await RunAsync(Sql.Text("rehearsal/tables.sql"), cancellation);
        var pairs = await FillPairsAsync(plan, cancellation);
        var index = RehearsalStart.OpenBefore(plan.Start, plan.IndexBars);
        await RunAsync(Sql.Text("rehearsal/fill_index.sql"), cancellation, Froms(index), Tos(index));
        await RunAsync(Sql.Text("rehearsal/fill_rollups.sql"), cancellation, plan.Start.ToDateTime());
        var rows = await DirtAsync(pairs, cancellation);
        await RunAsync("ANALYZE public.data_bars, public.derived_data_bars", cancellation);
        return rows;
    }

    async Task<long> FillPairsAsync(LegacyHostPlan plan, CancellationToken cancellation)
    {
        var open = FxWeek.OpenRanges(new TimeRange(plan.Start - TimeSpan.FromDays(plan.PairDays), plan.Start)).ToList();
        var last = market.Symbols.Select(symbol => market.BarOf(symbol, plan.Start - Timeframe.OneMinute)).OfType<Bar>().ToList();
        return await RunAsync(
            Sql.Text("rehearsal/fill_pairs.sql"),
            cancellation,
            Froms(open),
            Tos(open),
            last.Select(bar => bar.Symbol.Name).ToArray(),
            last.Select(bar => (double)bar.Close).ToArray(),
            last.Select(bar => market.Options.Pairs.First(pair => pair.Symbol == bar.Symbol).Decimals).ToArray()
        );
    }

    async Task<LegacyHostRows> DirtAsync(long pairs, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("rehearsal/add_dirt.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new LegacyHostRows(
            pairs,
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6)
        );
    }

    async Task<long> RunAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.WithValues(values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    static DateTime[] Froms(IEnumerable<TimeRange> ranges) => [.. ranges.Select(range => range.From.ToDateTime())];

    static DateTime[] Tos(IEnumerable<TimeRange> ranges) => [.. ranges.Select(range => range.To.ToDateTime())];
}
