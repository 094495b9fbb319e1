using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class IndexWatchTests(TestServer server)
{
    [Fact]
    public async Task The_live_level_is_that_of_the_newest_prices_and_the_points_add_up_to_its_change()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        var close = (await dxy.RunAsync("explain", "DXY", "2019-10-07T10:09:00Z", "--json")).Json.GetProperty("close").GetDecimal();

        var told = await dxy.RunAsync("watch", "DXY", "--since", "2019-10-07T10:04:00Z", "--for", "2s", "--json");

        Assert.Equal(0, told.Code);
        var first = JsonDocument.Parse(told.Out.Split('\n')[0]).RootElement;
        Assert.Equal(close, first.GetProperty("level").GetDecimal());
        Assert.NotEqual(0, first.GetProperty("change").GetDecimal());
        Assert.InRange(
            first.GetProperty("components").EnumerateArray().Sum(component => component.GetProperty("points").GetDecimal())
                - first.GetProperty("change").GetDecimal(),
            -0.0000001m,
            0.0000001m
        );
        Assert.Equal(1, first.GetProperty("forming").GetProperty("samples").GetInt32());
    }

    [Fact]
    public async Task A_quote_of_a_forming_minute_counts_before_the_minute_has_ended_and_old_prices_are_named()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        await using (
            var command = dxy.Database.Data.CreateCommand(
                """
                INSERT INTO dxy.forming_bar (symbol, timeframe, ts_utc, open, high, low, close, first_tick, last_tick, ticks, source,
                  revision, saved_at)
                SELECT 'EURUSD', '1m', date_trunc('minute', now()), 1.5, 1.5, 1.5, 1.5, now(), now(), 1, 'ingest', 1, now()
                """
            )
        )
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var told = await dxy.RunAsync("watch", "DXY", "--for", "2s");
        Assert.Equal(0, told.Code);
        Assert.Contains("old: USDJPY, GBPUSD, USDCAD, USDSEK, USDCHF", told.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("old: EURUSD", told.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_index_is_refused()
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(2, (await dxy.RunAsync("watch", "EURUSD")).Code);
    }
}
