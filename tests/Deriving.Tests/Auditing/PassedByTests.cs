using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Schema;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests.Auditing;

/// <summary>Writes that no trigger sees are found by comparing, and mended by asking for what was found.</summary>
public sealed class PassedByTests(TestServer server)
{
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(240));

    const string Correct =
        "UPDATE public.data_bars SET close = 1.2, high = 1.3 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:10Z'";

    static async Task FoundAsync(TestHost host, params string[] expected)
    {
        Assert.Equal(0, await host.CountAsync("dxy.change"));
        var verifier = new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m"));
        var found = (await verifier.CompareAsync(All, onlyUnrecorded: true, TestHost.Token)).Differences;
        Assert.Equal(expected, found.Select(difference => $"{difference.Time.ToDateTime():HH:mm} {difference.Kind}"));

        foreach (var difference in found)
        {
            await new DueStore(host.Data).RequestAsync(
                Series.Parse("DXY/1m"),
                new TimeRange(difference.Time, difference.Time + Timeframe.OneMinute),
                "sweep",
                null,
                false,
                TestHost.Token
            );
        }

        await host.DrainAsync();
        Assert.DoesNotContain((await verifier.CompareAsync(All, false, TestHost.Token)).Differences, difference =>
            difference.Kind != DifferenceKind.InputsGone
        );
    }

    static async Task<TestHost> SettledAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.DrainAsync();
        return host;
    }

    [Fact]
    public async Task With_a_trigger_disabled()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync($"ALTER TABLE data_bars DISABLE TRIGGER USER; {Correct}; ALTER TABLE data_bars ENABLE TRIGGER USER");
        await FoundAsync(host, "08:10 Different");
    }

    [Fact]
    public async Task As_a_replica_where_its_trigger_is_gone()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync("DROP TRIGGER dxy_capture_row ON data_bars");
        await using var replica = await host.Database.Admin.OpenConnectionAsync(TestHost.Token);
        await using var write = new NpgsqlCommand(
            $"SET session_replication_role = replica; {Correct}; DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc "
                + $"= '2024-03-04 08:20Z'; RESET session_replication_role",
            replica
        );
        await write.ExecuteNonQueryAsync(TestHost.Token);
        await FoundAsync(host, "08:10 Different", "08:20 Missing");
    }

    [Fact]
    public async Task By_truncating_and_loading_again_without_triggers()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            $"""
            CREATE TABLE kept AS SELECT * FROM data_bars;
            TRUNCATE data_bars;
            ALTER TABLE data_bars DISABLE TRIGGER USER;
            INSERT INTO data_bars SELECT * FROM kept WHERE NOT (canonical_symbol = 'DXY' AND ts_utc >= '2024-03-04 08:58Z')
              AND NOT (canonical_symbol = 'USDSEK' AND ts_utc = '2024-03-04 08:30Z');
            {Correct};
            ALTER TABLE data_bars ENABLE TRIGGER USER
            """
        );
        await FoundAsync(host, "08:10 Different", "08:30 InputsGone", "08:58 Missing", "08:59 Missing");
    }

    [Fact]
    public async Task Straight_into_a_partition_that_carries_no_triggers_yet()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            $"""
            ALTER TABLE data_bars RENAME TO kept;
            ALTER TABLE kept RENAME CONSTRAINT data_bars_pkey TO kept_pkey;
            {Partitioned.Tables}
            INSERT INTO data_bars SELECT * FROM kept;
            UPDATE bars_2024 SET close = 1.2, high = 1.3 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:10Z';
            """
        );
        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        await FoundAsync(host, "08:10 Different");
    }

    [Fact]
    public async Task Bars_that_another_program_made_are_not_taken_for_missed_and_stand()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            """
            ALTER TABLE data_bars DISABLE TRIGGER USER;
            UPDATE data_bars SET close = close + 0.01, high = high + 0.01, source = 'massive_api', raw = '{}'
              WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:10Z';
            UPDATE data_bars SET is_partial = true, raw = '{"kind": "dxy", "version": 1}' WHERE canonical_symbol = 'DXY'
              AND ts_utc = '2024-03-04 08:11Z';
            UPDATE data_bars SET close = close + 0.01, high = high + 0.01 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:12Z';
            ALTER TABLE data_bars ENABLE TRIGGER USER
            """
        );
        var before = await OthersAsync(host);

        Assert.Equal(1, await new Sweeper(host.Data, await host.RuleAsync("DXY/1m")).SweepAsync(All, TestHost.Token));
        await host.DrainAsync();

        Assert.Equal(before, await OthersAsync(host));
        Assert.Equal(
            0,
            await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:12Z' AND close < high")
        );
    }

    static Task<List<string>> OthersAsync(TestHost host) =>
        host.TextsAsync(
            "SELECT b::text FROM data_bars AS b WHERE canonical_symbol = 'DXY' AND ts_utc IN ('2024-03-04 08:10Z', '2024-03-04 08:11Z') "
                + "ORDER BY 1"
        );
}
