using System.Diagnostics;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

[Collection(DurableServer.Name)]
public sealed class ImportTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    static readonly TimeRange Days = new(UtcTime.At(2019, 10, 6), UtcTime.At(2019, 10, 10));
    static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silo_killed_in_the_middle_of_an_import_of_real_bars_and_started_again_ends_in_the_same_tables()
    {
        var bars = await RealBars.ReadAsync(Days);
        var count = bars.Sum(pair => pair.Value.Count);
        var killed = Own(await durable.MakeClusterAsync("killed"));
        var silo = killed.Start();
        await silo.ReadyAsync();
        var start = Stopwatch.GetTimestamp();
        await using (var import = new Import(killed, bars))
        {
            await import.HalfDone;
            await silo.KillAsync();
            await killed.StartAt(silo.Ports).ReadyAsync();
            await import.Done.WaitAsync(Long, TimeProvider.System, Token);
            await SettledAsync(killed);
            Until.Measured(
                $"{count} real bars, the silo killed half-way and started again: stored, derived and rolled up after",
                Stopwatch.GetElapsedTime(start)
            );
        }

        var undisturbed = await OpenAsync("undisturbed");
        await undisturbed.ReadyAsync(1);
        start = Stopwatch.GetTimestamp();
        await using (var import = new Import(undisturbed, bars))
        {
            await import.Done.WaitAsync(Long, TimeProvider.System, Token);
            await SettledAsync(undisturbed);
            Until.Measured("the same undisturbed", Stopwatch.GetElapsedTime(start));
        }

        var parity = await Parity.OfAsync(killed.HostDatabase, Days);
        Assert.Null(parity.Fault);
        Assert.True(parity.Minutes > 3_000, $"{parity.Minutes} minutes of the index are too few to prove anything.");
        Assert.Equal(await PrintAsync(undisturbed.HostDatabase), await PrintAsync(killed.HostDatabase));
    }

    static async Task<TimeSpan> SettledAsync(SiloCluster cluster) =>
        await Until.NothingIsMissingAsync(
            "everything is derived",
            async () =>
            {
                var left = await cluster.HostDatabase.CountAsync("(SELECT FROM dxy.change UNION ALL SELECT FROM dxy.due) AS work");
                return left > 0 ? $"{left} rows of work are left" : null;
            },
            Long
        );

    // A line a series: how many rows, and a print of every business column and of raw.
    static async Task<List<string>> PrintAsync(HostDatabase host) =>
        [
            .. await host.ListAsync(
                """
                SELECT concat_ws(' ', canonical_symbol, timeframe, count(*),
                       md5(string_agg(row(ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, raw)::text, ','
                         ORDER BY ts_utc)))
                FROM (SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, raw
                  FROM data_bars
                      UNION ALL
                      SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, raw
                        FROM derived_data_bars WHERE deleted_at IS NULL) AS b
                GROUP BY canonical_symbol, timeframe ORDER BY 1
                """
            ),
        ];
}
