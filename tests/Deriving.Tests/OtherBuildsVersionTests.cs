using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Builds of different ages work at one database while it is upgraded: one of them may have a deriving version that this one
/// hasn't.</summary>
public sealed class OtherBuildsVersionTests(TestServer server)
{
    const string Stored =
        "SELECT format('%s v%s', to_char(ts_utc AT TIME ZONE 'UTC', 'HH24:MI'), raw->>'version') FROM data_bars WHERE canonical_symbol "
        + "= 'DXY' ORDER BY ts_utc";

    [Theory]
    [InlineData(3)]
    [InlineData(600)]
    public async Task A_row_of_its_version_is_not_remade_by_ours(int minutes)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, minutes));
        await host.DrainAsync();
        await host.RunAsync(
            $"""
            INSERT INTO dxy.deriving_rule VALUES (77, true);
            UPDATE data_bars SET raw = jsonb_set(raw, ARRAY['version'], '77'), open = 99, high = 99, low = 99, close = 99
              WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(
                1
            )}'
            """
        );
        await host.AskAsync("DXY/1m", 0, minutes);
        await host.DrainAsync();
        Assert.Equal(["08:00 v1", "08:01 v77", "08:02 v1"], (await host.TextsAsync(Stored)).Take(3));
        Assert.Equal(
            99m,
            await host.ValueAsync<decimal>(
                $"SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(1)}'"
            )
        );
    }

    [Fact]
    public async Task Its_carried_closes_make_what_follows_a_change_due()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 9));
        await host.DrainAsync();
        await host.RunAsync(
            $"""
            INSERT INTO dxy.deriving_rule VALUES (77, true);
            UPDATE data_bars SET raw = jsonb_set(raw, ARRAY['version'], '77') WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(
                5
            )}';
            DELETE FROM dxy.due; DELETE FROM dxy.change;
            UPDATE data_bars SET high = 1.2, close = 1.2 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{TestHost.Minute(3)}'
            """
        );
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        Assert.Equal(
            [$"{TestHost.Minute(3).ToDateTime():HH:mm}-{TestHost.Minute(9).ToDateTime():HH:mm}"],
            await host.TextsAsync(
                "SELECT format('%s-%s', to_char(from_ts AT TIME ZONE 'UTC', 'HH24:MI'), to_char(to_ts AT TIME ZONE 'UTC', 'HH24:MI')) "
                    + "FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"
            )
        );
    }

    [Fact]
    public async Task A_request_for_it_is_parked_in_one_piece_with_what_to_do()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 600));
        await host.DrainAsync();
        await host.RunAsync(
            $"INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, recorded_at) VALUES ('DXY', '1m', "
                + $"'{TestHost.Minute(0)}', '{TestHost.Minute(600)}', 'request', 77, dxy.now())"
        );
        var outcome = await (await host.DeriverAsync("DXY/1m")).ProcessSliceAsync(TestHost.Token);
        Assert.Equal(1, outcome.Parked);
        Assert.Equal(
            [$"600 minutes: deriving version 77 was asked for, and this build has {DerivingRules.Numbers}: install the build that has it"],
            await host.TextsAsync(
                "SELECT format('%s minutes: %s', extract(epoch FROM to_ts - from_ts)::integer / 60, error) FROM dxy.due WHERE symbol = "
                    + "'DXY' AND timeframe = '1m'"
            )
        );
        Assert.Equal(600L, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
    }
}
