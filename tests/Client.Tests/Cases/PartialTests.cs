using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>Partial is not final, at each step: nothing is derived from it, it is said that its final is wanted, and the final is derived
/// when it comes.</summary>
public sealed class PartialTests(TestServer server)
{
    const string From = "2019-10-25T12:00:00Z";
    const string To = "2019-10-25T12:05:00Z";
    const string Where = " WHERE canonical_symbol = 'USDSEK' AND ts_utc = '2019-10-25 12:02+00'";
    const string Final = "UPDATE data_bars SET is_partial = false, open = 9.71, high = 9.71, low = 9.71, close = 9.71" + Where;

    static readonly string[] Four = ["12:00 97.68001373", "12:01 97.68001373", "12:03 97.68001373", "12:04 97.68001373"];

    static async Task<CaseHost> HostAsync(TestServer server)
    {
        var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("47-missing-then-late.sql");
        return host;
    }

    static string Bar(string price, bool isPartial) =>
        $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, is_partial, source)
            VALUES ('USDSEK', '1m', '2019-10-25 12:02+00', {price}, {price}, {price}, {price}, {isPartial}, 'ingest');
            """;

    static async Task<string[]> ClosesAsync(CaseHost host) =>
        [.. (await host.BarsAsync("DXY", "1m", From, To)).Select(bar => string.Join(' ', bar.Split(' ')[0], bar.Split(' ')[4]))];

    static async Task<string?> MadeOfAsync(CaseHost host, string symbol) =>
        await host.ValueAsync(
            $"SELECT string_agg(timeframe || ' ' || (raw->>'inputs'), ', ' ORDER BY timeframe) FROM derived_data_bars WHERE "
                + $"canonical_symbol = '{symbol}' AND deleted_at IS NULL"
        );

    static async Task WantedAsync(CaseHost host)
    {
        Assert.Equal(Four, await ClosesAsync(host));
        Assert.Equal("1h 4, 5m 4", await MadeOfAsync(host, "DXY"));
        Assert.Equal("1h 4, 5m 4", await MadeOfAsync(host, "USDSEK"));
        Assert.Contains(
            "a partial bar is there; its final is wanted",
            (await host.Console.RunAsync("explain", "DXY", "2019-10-25T12:02:00Z")).Out
        );
        foreach (var symbol in (string[])["DXY", "USDSEK"])
        {
            Assert.Equal(0, (await host.VerifyAsync(symbol, From, "2019-10-25T13:00:00Z")).Code);
        }

        Assert.Empty(await host.DueAsync());
    }

    static async Task MadeAsync(CaseHost host, string level = "97.70119605")
    {
        string[] five = [.. Four[..2], $"12:02 {level}", .. Four[2..]];
        Assert.Equal(five, await ClosesAsync(host));
        Assert.Equal((string[])[$"12:00 97.68001373 {level} 97.68001373 97.68001373 0"], await host.BarsAsync("DXY", "5m", From, To));
        Assert.Equal("1h 5, 5m 5", await MadeOfAsync(host, "DXY"));
        Assert.Equal("1h 5, 5m 5", await MadeOfAsync(host, "USDSEK"));
        Assert.Equal(0, (await host.VerifyAsync("DXY", From, "2019-10-25T13:00:00Z")).Code);
        Assert.Empty(await host.DueAsync());
    }

    [Fact]
    public async Task A_minute_that_one_pair_lacks_is_named_and_made_when_the_pair_comes_late()
    {
        await using var host = await HostAsync(server);
        Assert.Equal(Four, await ClosesAsync(host));
        Assert.Contains("no USDSEK", (await host.Console.RunAsync("gaps", "DXY", "--from", From, "--to", To)).Out);
        await host.ThenAsync(Bar("9.71", isPartial: false));
        await MadeAsync(host);
    }

    [Fact]
    public async Task The_half_candle_is_not_taken_and_its_final_is()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Bar("9.70", isPartial: true));
        await WantedAsync(host);
        await host.ThenAsync("UPDATE data_bars SET open = 9.705, high = 9.705, low = 9.705, close = 9.705" + Where);
        await WantedAsync(host);
        await host.ThenAsync(Final);
        await MadeAsync(host);
    }

    [Fact]
    public async Task A_final_that_comes_by_delete_and_insert_counts_the_same()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Bar("9.70", isPartial: true));
        await host.ThenAsync("DELETE FROM data_bars" + Where);
        await host.ThenAsync(Bar("9.71", isPartial: false));
        await MadeAsync(host);
    }

    [Fact]
    public async Task A_final_that_is_made_partial_again_is_taken_back_until_it_is_final_once_more()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Bar("9.71", isPartial: false));
        await MadeAsync(host);
        await host.ThenAsync("UPDATE data_bars SET is_partial = true" + Where);
        await WantedAsync(host);
        await host.ThenAsync(Final);
        await MadeAsync(host);
    }

    [Fact]
    public async Task Partial_for_all_six_there_is_no_minute_until_the_last_is_final()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Bar("9.71", isPartial: true) + "UPDATE data_bars SET is_partial = true WHERE ts_utc = '2019-10-25 12:02+00'");
        await WantedAsync(host);
        await host.ThenAsync(
            "UPDATE data_bars SET is_partial = false WHERE ts_utc = '2019-10-25 12:02+00' AND canonical_symbol <> 'EURUSD'"
        );
        Assert.Equal(Four, await ClosesAsync(host));
        await host.ThenAsync("UPDATE data_bars SET is_partial = false WHERE ts_utc = '2019-10-25 12:02+00'");
        await MadeAsync(host);
    }
}
