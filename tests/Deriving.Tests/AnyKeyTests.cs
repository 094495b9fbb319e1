using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Hosts differ in the unique key of derived_data_bars; what we write and read doesn't.</summary>
public sealed class AnyKeyTests(TestServer server)
{
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(240));

    const string Index = "canonical_symbol = 'DXY' AND timeframe = '1m'";

    public static TheoryData<string> Keys =>
        [
            "",
            "CREATE UNIQUE INDEX k ON derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL",
            "CREATE UNIQUE INDEX k ON derived_data_bars (canonical_symbol, timeframe, ts_utc, derivation_version) WHERE deleted_at IS NULL",
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)",
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version, deleted_at)",
        ];

    static async Task<TestHost> OpenAsync(TestServer server, string key)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync("DROP INDEX derived_data_bars_active_key; " + key);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        return host;
    }

    static string Version(int minute, int version, decimal close = 99, string deleted = "NULL") =>
        $"""
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version,
              updated_at, deleted_at)
            VALUES ('DXY', '1m', '{TestHost.Minute(
                minute
            )}', {close}, {close}, {close}, {close}, 'derived', {version}, '2024-01-01Z', {deleted});
            """;

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Bars_are_stored_once_and_renewed_in_place_whatever_the_tables_key(string key)
    {
        await using var host = await OpenAsync(server, key);
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.DrainAsync();
        await host.StoreAsync(TestHost.Fx("EURUSD", 3, 1.2m));
        await host.DrainAsync();
        Assert.Equal(10, await host.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE {Index}"));
        Assert.Equal(
            "1.2",
            await host.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' FROM derived_data_bars WHERE {Index} AND ts_utc = '{TestHost.Minute(3)}'"
            )
        );
        Assert.Empty(
            (await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(All, false, TestHost.Token)).Differences
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)")]
    public async Task Of_several_active_versions_the_greatest_is_renewed_and_read_and_the_others_are_left_alone(string key)
    {
        await using var host = await OpenAsync(server, key);
        await host.RunAsync(Version(0, 1) + Version(0, 3) + Version(0, 2));
        await host.StoreAsync(TestHost.AllSix(0));
        await host.DrainAsync();
        Assert.Equal(
            ["1 99.00000000", "2 99.00000000"],
            await host.TextsAsync(
                $"SELECT derivation_version || ' ' || close FROM derived_data_bars WHERE {Index} AND raw = '{{}}' ORDER BY 1"
            )
        );
        Assert.Equal(3, await host.ValueAsync<int>($"SELECT derivation_version FROM derived_data_bars WHERE {Index} AND raw ? 'inputs'"));

        var rule = await host.RuleAsync("DXY/1m");
        Assert.Empty((await new TargetVerifier(host.Data, rule).CompareAsync(All, false, TestHost.Token)).Differences);
        var bars = new List<StoredBar>();
        await foreach (var bar in BarReader.StreamAsync(host.Data, BarTable.Derived, TestHost.One("DXY"), All, TestHost.Token))
        {
            bars.Add(bar);
        }

        Assert.Contains("inputs", Assert.Single(bars).Raw, StringComparison.Ordinal);
        Assert.NotEqual(99, bars[0].Bar.Close);

        await host.StoreAsync(TestHost.Fx("EURUSD", 0, 1.2m));
        await host.DrainAsync();
        Assert.Equal(
            "1.2 3",
            await host.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' || ' ' || derivation_version FROM derived_data_bars WHERE {Index} AND raw ? 'inputs'"
            )
        );
    }

    [Fact]
    public async Task Of_two_of_the_same_version_the_newest_wins()
    {
        await using var host = await OpenAsync(server, "");
        await host.RunAsync(
            Version(0, 1, 98) + Version(0, 1, 97) + "UPDATE derived_data_bars SET updated_at = '2024-02-01Z' WHERE close = 98"
        );
        await host.StoreAsync(TestHost.AllSix(0));
        await host.DrainAsync();
        Assert.Equal(
            "97.00000000",
            await host.ValueAsync<string>($"SELECT close::text FROM derived_data_bars WHERE {Index} AND raw = '{{}}'")
        );
    }

    [Fact]
    public async Task A_bar_whose_key_a_soft_deleted_row_holds_is_set_apart_with_the_reason_and_the_others_go_on()
    {
        await using var host = await OpenAsync(
            server,
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)"
        );
        await host.RunAsync(Version(2, 1, 99, "'2024-01-01Z'"));
        await host.StoreAsync(TestHost.Minutes(0, 5));
        var slices = new List<SliceOutcome>();
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal(4, slices.Sum(slice => slice.New));
        Assert.Equal(4, await host.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE {Index} AND deleted_at IS NULL"));
        Assert.Contains(
            "soft-deleted",
            (await new DueStore(host.Data).ListAsync(true, TestHost.Token)).Single(row => row.Target == TestHost.One("DXY")).Error,
            StringComparison.Ordinal
        );
    }
}
