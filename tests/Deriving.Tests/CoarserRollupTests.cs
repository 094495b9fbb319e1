using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Of a long range one reading of the minutes serves all rollups of a symbol.</summary>
public sealed class CoarserRollupTests(TestServer server)
{
    const int Minutes = 1500;

    static readonly Series Hours = Series.Parse("EURUSD/1h");

    [Fact]
    public async Task A_long_slice_of_a_rollup_brings_the_larger_one_with_it()
    {
        await using var host = await FilledAsync();
        var slices = await host.SlicesAsync("EURUSD/5m");
        Assert.Equal(Minutes / 5, slices.Sum(slice => slice.New));
        Assert.Equal(
            Minutes / 60,
            slices.SelectMany(slice => slice.Coarser).Where(larger => larger.Target == Hours).Sum(larger => larger.Outcome.New)
        );
        Assert.Equal(0, await host.CountAsync("dxy.due"));
        await SoundAsync(host);
    }

    [Fact]
    public async Task Only_buckets_that_lie_in_the_slice_wholly_come_with_it()
    {
        await using var host = await FilledAsync();
        await host.RunAsync("DELETE FROM dxy.due");
        await host.AskAsync("EURUSD/5m", 65, 1325);
        await host.AskAsync("EURUSD/1h", 60, 1500);
        Assert.Empty((await host.SlicesAsync("EURUSD/5m")).SelectMany(slice => slice.Coarser));

        await host.AskAsync("EURUSD/5m", 5, 1325);
        await host.SlicesAsync("EURUSD/5m");
        Assert.Equal($"{TestHost.Minute(1320)} {TestHost.Minute(1500)}", await DueAsync(host));
        await host.DrainAsync();
        Assert.Equal(24, await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '1h'"));
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync("EURUSD/1h")).CompareAsync(
                    new TimeRange(TestHost.Minute(60), TestHost.Minute(Minutes)),
                    onlyUnrecorded: false,
                    TestHost.Token
                )
            ).Differences
        );
    }

    [Fact]
    public async Task A_slice_that_is_cut_ends_with_a_larger_bucket_so_that_the_next_one_brings_it_too()
    {
        const int Days = 14;
        await using var host = await FilledAsync(Days * 1440);
        await host.RunAsync("DELETE FROM dxy.due");
        await host.AskAsync("EURUSD/5m", 5, Days * 1440);
        await host.AskAsync("EURUSD/1h", 60, Days * 1440);
        Assert.True((await host.SlicesAsync("EURUSD/5m")).Count > 1);
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task Counts_of_trades_in_a_column_of_eight_bytes_are_summed()
    {
        await using var host = await FilledAsync();
        await host.RunAsync(
            "ALTER TABLE data_bars ALTER COLUMN trade_count TYPE bigint; ALTER TABLE derived_data_bars ALTER COLUMN trade_count TYPE bigint"
        );
        await host.DrainAsync();
        const long All = Minutes * (Minutes - 1L) / 2;
        Assert.Equal(
            [$"1h {All}", $"5m {All}"],
            await host.TextsAsync("SELECT timeframe || ' ' || sum(trade_count) FROM derived_data_bars GROUP BY timeframe ORDER BY 1")
        );
        await SoundAsync(host);
    }

    [Fact]
    public async Task Whoever_is_at_the_larger_one_is_not_waited_for()
    {
        await using var host = await FilledAsync();
        await using (var connection = await host.Data.OpenConnectionAsync(TestHost.Token))
        {
            await using var transaction = await connection.BeginTransactionAsync(TestHost.Token);
            await using var command = new Npgsql.NpgsqlCommand(
                $"SELECT dxy.lock_week('EURUSD', '1h', dxy.week_of('{TestHost.Open}'))",
                connection,
                transaction
            );
            await command.ExecuteNonQueryAsync(TestHost.Token);
            Assert.Empty((await host.SlicesAsync("EURUSD/5m")).SelectMany(slice => slice.Coarser));
        }

        Assert.Equal($"{TestHost.Minute(0)} {TestHost.Minute(Minutes)}", await DueAsync(host));
        await host.DrainAsync();
        await SoundAsync(host);
    }

    [Fact]
    public async Task A_larger_bucket_that_cant_be_stored_keeps_no_smaller_one_back()
    {
        await using var host = await FilledAsync();
        await host.RunAsync(
            $"ALTER TABLE derived_data_bars ADD CONSTRAINT odd CHECK (timeframe <> '1h' OR ts_utc <> '{TestHost.Minute(120)}')"
        );
        await host.DrainAsync();
        Assert.Equal(
            (Minutes / 5, (Minutes / 60) - 1),
            (
                await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '5m'"),
                await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '1h'")
            )
        );
        Assert.Equal(
            (Hours, 1),
            (await new DueStore(host.Data).ListAsync(onlyParked: true, TestHost.Token)) is [var stuck]
                ? (stuck.Target, stuck.Attempts)
                : default
        );
    }

    // A pair's bars, all of them due for both rollups.
    async Task<TestHost> FilledAsync(int minutes = Minutes)
    {
        var host = await TestHost.OpenAsync(server);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(2) + TimeSpan.FromMinutes(minutes));
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, trade_count, source)
            SELECT 'EURUSD', '1m', timestamptz '{TestHost.Open}' + m * interval '1 minute', v, v + 0.01, v - 0.01, v, m, m, 'ingest'
            FROM generate_series(0, {minutes - 1}) AS m, LATERAL (SELECT 1.08 + (m % 97) * 0.0001 AS v) AS x
            """
        );
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await host.RunAsync("DELETE FROM dxy.due WHERE symbol = 'DXY'");
        return host;
    }

    static async Task<string> DueAsync(TestHost host) =>
        Assert.Single(await new DueStore(host.Data).ListAsync(onlyParked: false, TestHost.Token)) is var due && due.Target == Hours
            ? $"{due.Range.From} {due.Range.To}"
            : "";

    static async Task SoundAsync(TestHost host)
    {
        foreach (var target in new[] { "EURUSD/5m", "EURUSD/1h" })
        {
            Assert.Empty(
                (
                    await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(
                        new TimeRange(TestHost.Minute(0), TestHost.Minute(Minutes)),
                        onlyUnrecorded: false,
                        TestHost.Token
                    )
                ).Differences
            );
        }
    }
}
