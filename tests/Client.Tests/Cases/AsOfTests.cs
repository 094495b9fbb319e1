using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>What a bar said at an instant: it has a beginning as well as an end.</summary>
public sealed class AsOfTests(TestServer server)
{
    const string From = "2019-10-28T10:00:00Z";
    const string To = "2019-10-28T10:05:00Z";

    static async Task<string> AtAsync(CaseHost host)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        var now = await host.ValueAsync("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
        await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        return now!;
    }

    static string Insert(string price, string time = "2019-10-28 10:00+00") =>
        $"INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source) VALUES ('EURUSD', '1m', "
        + $"'{time}', {price}, {price}, {price}, {price}, 1, 'ingest')";

    static string Update(string price) =>
        $"UPDATE data_bars SET open = {price}, high = {price}, low = {price}, close = {price} WHERE canonical_symbol = 'EURUSD'";

    static async Task<string> SaysAsync(
        CaseHost host,
        string at,
        string symbol = "EURUSD",
        string timeframe = "1m",
        params string[] more
    ) => string.Join("; ", (await host.BarsAsync(symbol, timeframe, From, To, ["--as-of", at, .. more])).Select(bar => bar.Split(' ')[4]));

    [Fact]
    public async Task A_bar_that_was_written_deleted_and_written_again_is_there_only_when_it_was()
    {
        await using var host = await CaseHost.OpenAsync(server);
        var never = await AtAsync(host);
        await host.RunAsync(Insert("1.109"));
        var first = await AtAsync(host);
        await host.RunAsync("DELETE FROM data_bars");
        var gone = await AtAsync(host);
        await host.RunAsync(Insert("1.110"));
        var again = await AtAsync(host);
        await host.RunAsync(Update("1.111"));
        var corrected = await AtAsync(host);
        await host.RunAsync("DELETE FROM data_bars");
        var end = await AtAsync(host);
        Assert.Equal(
            ["", "1.109", "", "1.11", "1.111", "", ""],
            [
                await SaysAsync(host, never),
                await SaysAsync(host, first),
                await SaysAsync(host, gone),
                await SaysAsync(host, again),
                await SaysAsync(host, corrected),
                await SaysAsync(host, end),
                await SaysAsync(host, "2019-10-28T20:00:00Z"),
            ]
        );
        Assert.Equal("1.11", await SaysAsync(host, again, "EURUSD", "1m", "--last", "5"));
    }

    [Fact]
    public async Task What_one_transaction_did_step_by_step_was_never_there()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.RunAsync(Insert("1.1"));
        var before = await AtAsync(host);
        await host.RunAsync(
            $"BEGIN; {Update("1.2")}; SELECT pg_sleep(0.1); DELETE FROM data_bars; SELECT pg_sleep(0.1); {Insert("1.3")}; "
                + $"{Update("1.4")}; COMMIT"
        );
        var after = await AtAsync(host);
        Assert.Equal(("1.1", "1.4"), (await SaysAsync(host, before), await SaysAsync(host, after)));
        var values = new HashSet<string>();
        for (var back = 0; back < 300; back += 20)
        {
            values.Add(
                await SaysAsync(
                    host,
                    (
                        await host.ValueAsync(
                            $"SELECT to_char((timestamptz '{after}' - interval '{back} milliseconds') AT TIME ZONE 'UTC', "
                                + $"'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                        )
                    )!
                )
            );
        }

        Assert.Empty(values.Except(["1.1", "1.4"]));
    }

    [Fact]
    public async Task A_bar_that_was_moved_to_another_minute_left_the_one_and_came_to_the_other()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.RunAsync(Insert("1.1"));
        var before = await AtAsync(host);
        await host.RunAsync("UPDATE data_bars SET ts_utc = '2019-10-28 10:03+00'");
        var after = await AtAsync(host);
        Assert.Equal(["10:00 1.1 1.1 1.1 1.1 1"], await host.BarsAsync("EURUSD", "1m", From, To, "--as-of", before));
        Assert.Equal(["10:03 1.1 1.1 1.1 1.1 1"], await host.BarsAsync("EURUSD", "1m", From, To, "--as-of", after));
    }

    [Fact]
    public async Task A_final_bar_began_when_its_partial_one_ended()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.RunAsync(Insert("1.1") + "; UPDATE data_bars SET is_partial = true");
        var partial = await AtAsync(host);
        await host.RunAsync("UPDATE data_bars SET is_partial = false, close = 1.1, high = 1.2");
        var final = await AtAsync(host);
        Assert.Equal(("", "1.1"), (await SaysAsync(host, partial), await SaysAsync(host, final)));
    }

    [Fact]
    public async Task The_index_and_its_rollups_are_as_of_then_too()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.RunAsync(
            CaseHost
                .Text("49-prune-then-correct.sql")
                .Replace("2019-10-29", "2019-10-28", StringComparison.Ordinal)
                .Replace("12:0", "10:0", StringComparison.Ordinal)
        );
        var never = await AtAsync(host);
        await host.SettleAsync();
        var first = await AtAsync(host);
        await host.ThenAsync("UPDATE data_bars SET open = 1.12, high = 1.12, low = 1.12, close = 1.12 WHERE canonical_symbol = 'EURUSD'");
        var corrected = await AtAsync(host);
        foreach (var timeframe in (string[])["1m", "5m", "1h"])
        {
            Assert.Equal(
                ["", "97.68001373", "97.20191545"],
                [
                    await SaysAsync(host, never, "DXY", timeframe),
                    (await SaysAsync(host, first, "DXY", timeframe)).Split("; ")[0],
                    (await SaysAsync(host, corrected, "DXY", timeframe)).Split("; ")[0],
                ]
            );
        }
    }
}
