using DxyOrleans.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Shops differ in the unique key of derived_data_bars; what we write and read doesn't.</summary>
public sealed class AnyKeyTests(TestServer server)
{
    static readonly TimeRange All = new(Shop.Minute(0), Shop.Minute(240));

    const string Index = "canonical_symbol = 'DXY' AND timeframe = '1m'";

    public static TheoryData<string> Keys =>
        [
            "",
            "CREATE UNIQUE INDEX k ON derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL",
            "CREATE UNIQUE INDEX k ON derived_data_bars (canonical_symbol, timeframe, ts_utc, derivation_version) WHERE deleted_at IS NULL",
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)",
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version, deleted_at)",
        ];

    static async Task<Shop> OpenAsync(TestServer server, string key)
    {
        var shop = await Shop.OpenAsync(server);
        await shop.RunAsync("DROP INDEX derived_data_bars_active_key; " + key);
        await shop.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        return shop;
    }

    static string Version(int minute, int version, decimal close = 99, string deleted = "NULL") =>
        $"""
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version,
              updated_at, deleted_at)
            VALUES ('DXY', '1m', '{Shop.Minute(
                minute
            )}', {close}, {close}, {close}, {close}, 'derived', {version}, '2024-01-01Z', {deleted});
            """;

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Bars_are_stored_once_and_renewed_in_place_whatever_the_tables_key(string key)
    {
        await using var shop = await OpenAsync(server, key);
        await shop.StoreAsync(Shop.Minutes(0, 10));
        await shop.DrainAsync();
        await shop.StoreAsync(Shop.Fx("EURUSD", 3, 1.2m));
        await shop.DrainAsync();
        Assert.Equal(10, await shop.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE {Index}"));
        Assert.Equal(
            "1.2",
            await shop.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' FROM derived_data_bars WHERE {Index} AND ts_utc = '{Shop.Minute(3)}'"
            )
        );
        Assert.Empty(
            (await new TargetVerifier(shop.Data, await shop.RuleAsync("DXY/1m")).CompareAsync(All, false, Shop.Token)).Differences
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)")]
    public async Task Of_several_active_versions_the_greatest_is_renewed_and_read_and_the_others_are_left_alone(string key)
    {
        await using var shop = await OpenAsync(server, key);
        await shop.RunAsync(Version(0, 1) + Version(0, 3) + Version(0, 2));
        await shop.StoreAsync(Shop.AllSix(0));
        await shop.DrainAsync();
        Assert.Equal(
            ["1 99.00000000", "2 99.00000000"],
            await shop.TextsAsync(
                $"SELECT derivation_version || ' ' || close FROM derived_data_bars WHERE {Index} AND raw = '{{}}' ORDER BY 1"
            )
        );
        Assert.Equal(3, await shop.ValueAsync<int>($"SELECT derivation_version FROM derived_data_bars WHERE {Index} AND raw ? 'inputs'"));

        var rule = await shop.RuleAsync("DXY/1m");
        Assert.Empty((await new TargetVerifier(shop.Data, rule).CompareAsync(All, false, Shop.Token)).Differences);
        var bars = new List<StoredBar>();
        await foreach (var bar in BarReader.StreamAsync(shop.Data, BarTable.Derived, Shop.One("DXY"), All, Shop.Token))
        {
            bars.Add(bar);
        }

        Assert.Contains("inputs", Assert.Single(bars).Raw, StringComparison.Ordinal);
        Assert.NotEqual(99, bars[0].Bar.Close);

        await shop.StoreAsync(Shop.Fx("EURUSD", 0, 1.2m));
        await shop.DrainAsync();
        Assert.Equal(
            "1.2 3",
            await shop.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' || ' ' || derivation_version FROM derived_data_bars WHERE {Index} AND raw ? 'inputs'"
            )
        );
    }

    [Fact]
    public async Task Of_two_of_the_same_version_the_newest_wins()
    {
        await using var shop = await OpenAsync(server, "");
        await shop.RunAsync(
            Version(0, 1, 98) + Version(0, 1, 97) + "UPDATE derived_data_bars SET updated_at = '2024-02-01Z' WHERE close = 98"
        );
        await shop.StoreAsync(Shop.AllSix(0));
        await shop.DrainAsync();
        Assert.Equal(
            "97.00000000",
            await shop.ValueAsync<string>($"SELECT close::text FROM derived_data_bars WHERE {Index} AND raw = '{{}}'")
        );
    }

    [Fact]
    public async Task A_bar_whose_key_a_soft_deleted_row_holds_is_set_apart_with_the_reason_and_the_others_go_on()
    {
        await using var shop = await OpenAsync(
            server,
            "ALTER TABLE derived_data_bars ADD CONSTRAINT k UNIQUE (canonical_symbol, timeframe, ts_utc, derivation_version)"
        );
        await shop.RunAsync(Version(2, 1, 99, "'2024-01-01Z'"));
        await shop.StoreAsync(Shop.Minutes(0, 5));
        var slices = new List<SliceOutcome>();
        await new DueStore(shop.Data).ExpandAsync(Shop.Token);
        await (await shop.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, Shop.Token);
        Assert.Equal(4, slices.Sum(slice => slice.New));
        Assert.Equal(4, await shop.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE {Index} AND deleted_at IS NULL"));
        Assert.Contains(
            "soft-deleted",
            (await new DueStore(shop.Data).ListAsync(true, Shop.Token)).Single(row => row.Target == Shop.One("DXY")).Error,
            StringComparison.Ordinal
        );
    }
}
