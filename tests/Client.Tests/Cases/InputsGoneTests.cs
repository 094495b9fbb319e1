using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>Derived rows follow their inputs: they stand when inputs go, and only while every input that is left says what they were made
/// of.</summary>
public sealed class InputsGoneTests(TestServer server)
{
    const string From = "2019-10-29T12:00:00Z";
    const string To = "2019-10-29T13:00:00Z";
    const string Third = "DELETE FROM data_bars WHERE ts_utc = '2019-10-29 12:02+00' AND canonical_symbol <> 'DXY';";
    const string Corrected =
        "UPDATE data_bars SET open = 1.12, high = 1.12, low = 1.12, close = 1.12 WHERE canonical_symbol = 'EURUSD' AND ts_utc >= "
        + "'2019-10-29 12:00+00' AND ts_utc < '2019-10-29 12:02+00';";

    static async Task<CaseHost> HostAsync(TestServer server)
    {
        var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("49-prune-then-correct.sql");
        return host;
    }

    [Fact]
    public async Task What_is_pruned_and_then_corrected_is_rolled_up_of_the_rest()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Third);

        // Years old: the host keeps them no longer, and all stands.
        Assert.Equal(
            ["1m 2 compared, 1 inputs gone", "5m 1 compared", "1h 1 compared"],
            CaseHost.Found(await host.VerifyAsync("DXY", From, To))
        );
        Assert.Equal(
            ["5m 1 compared, 1 inputs gone", "1h 1 compared, 1 inputs gone"],
            CaseHost.Found(await host.VerifyAsync("EURUSD", From, To))
        );
        Assert.Contains("inputs gone", (await host.Console.RunAsync("explain", "DXY", "2019-10-29T12:02:00Z")).Out);

        var pruned = await host.Console.RunAsync("derive", "DXY", "--from", From, "--to", "2019-10-29T12:10:00Z", "--prune");
        Assert.True(pruned.Code == 0, pruned.ToString());
        Assert.Equal(["5m 1 compared", "1h 1 compared"], CaseHost.Found(await host.VerifyAsync("DXY", From, To))[1..]);
        await host.ThenAsync(Corrected);
        Assert.Equal(
            ["12:00 97.20191545 97.20191545 97.20191545 97.20191545 0", "12:01 97.20191545 97.20191545 97.20191545 97.20191545 0"],
            await host.BarsAsync("DXY", "1m", From, To)
        );
        foreach (var timeframe in (string[])["5m", "1h"])
        {
            Assert.Equal(["12:00 97.20191545 97.20191545 97.20191545 97.20191545 0"], await host.BarsAsync("DXY", timeframe, From, To));
            Assert.Equal(["12:00 1.12 1.12 1.12 1.12 10"], await host.BarsAsync("EURUSD", timeframe, From, To));
        }

        Assert.Equal(
            """{"kind": "rollup", "inputs": 2, "expected": 5}""",
            await host.ValueAsync(
                "SELECT raw::text FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m' AND deleted_at IS NULL"
            )
        );
        foreach (var symbol in (string[])["DXY", "EURUSD", "USDJPY"])
        {
            Assert.Equal(0, (await host.VerifyAsync(symbol, From, To)).Code);
        }

        Assert.Empty(await host.DueAsync());
    }

    [Theory]
    [InlineData(Third, Corrected)]
    [InlineData(Third + Corrected, "")]
    [InlineData(Corrected + Third, "")]
    [InlineData("BEGIN;" + Third + Corrected + "COMMIT", "")]
    [InlineData("BEGIN;" + Corrected + Third + "COMMIT", "")]
    public async Task Without_pruning_a_correction_of_what_is_left_makes_the_rollup_anew(string first, string then)
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(first);
        if (then.Length > 0)
        {
            await host.ThenAsync(then);
        }

        Assert.Equal(["12:00 1.12 1.12 1.12 1.12 10"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Equal(0, (await host.VerifyAsync("EURUSD", From, To)).Code);
        Assert.Equal(0, (await host.VerifyAsync("DXY", From, To)).Code);
    }

    [Fact]
    public async Task A_correction_before_the_deletion_leaves_what_was_made_of_all()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Corrected);
        await host.ThenAsync(Third);
        Assert.Equal(["12:00 1.12 1.12 1.1105 1.1105 15"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Equal(
            ["5m 1 compared, 1 inputs gone", "1h 1 compared, 1 inputs gone"],
            CaseHost.Found(await host.VerifyAsync("EURUSD", From, To))
        );
    }

    [Fact]
    public async Task A_minute_that_is_put_back_is_as_if_it_had_never_gone_and_one_that_comes_back_otherwise_counts()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(Third);
        const string Back =
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source) VALUES ('EURUSD', '1m', "
            + "'2019-10-29 12:02+00', {0}, {0}, {0}, {0}, 5, 'ingest')";
        await host.ThenAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Back, 1.1105));
        Assert.Equal(["5m 1 compared", "1h 1 compared"], CaseHost.Found(await host.VerifyAsync("EURUSD", From, To)));
        await host.ThenAsync("DELETE FROM data_bars WHERE ts_utc = '2019-10-29 12:02+00' AND canonical_symbol = 'EURUSD'");
        await host.ThenAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Back, 1.13));
        Assert.Equal(["12:00 1.1105 1.13 1.1105 1.13 15"], await host.BarsAsync("EURUSD", "5m", From, To));
    }

    [Fact]
    public async Task An_index_minute_that_a_corrected_input_denies_and_that_cant_be_made_is_retired_and_remembered()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync("DELETE FROM data_bars WHERE ts_utc = '2019-10-29 12:01+00' AND canonical_symbol = 'USDSEK'");
        Assert.Equal(3, (await host.BarsAsync("DXY", "1m", From, To)).Length);
        await host.ThenAsync(Corrected);
        Assert.Equal(["12:00", "12:02"], (await host.BarsAsync("DXY", "1m", From, To)).Select(bar => bar[..5]));
        Assert.Equal(
            "97.68001373",
            await host.ValueAsync(
                "SELECT close::text FROM dxy.correction WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2019-10-29 "
                    + "12:01+00' AND deleted"
            )
        );
        Assert.Equal(["12:00 97.20191545 97.68001373 97.20191545 97.68001373 0"], await host.BarsAsync("DXY", "5m", From, To));
        Assert.Equal(0, (await host.VerifyAsync("DXY", From, To)).Code);
        Assert.Empty(await host.DueAsync());
    }

    [Fact]
    public async Task What_the_host_softly_deleted_stays_deleted()
    {
        await using var host = await HostAsync(server);
        await host.RunAsync("UPDATE derived_data_bars SET deleted_at = now() WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m'");
        await host.ThenAsync(Corrected);
        var asked = await host.Console.RunAsync("rollup", "EURUSD", "5m", "--from", From, "--to", To);
        Assert.True(asked.Code == 0, asked.ToString());
        Assert.Empty(await host.BarsAsync("EURUSD", "5m", From, To));
        var verified = await host.VerifyAsync("EURUSD", From, To);
        Assert.Equal((0, 1), (verified.Code, verified.Json.GetProperty("targets")[0].GetProperty("soft_deleted").GetInt32()));

        // Taken back, it follows its inputs again.
        await host.ThenAsync(
            "UPDATE derived_data_bars SET deleted_at = NULL WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m'; UPDATE data_bars "
                + "SET vol = 6 WHERE canonical_symbol = 'EURUSD'"
        );
        Assert.Equal(["12:00 1.12 1.12 1.1105 1.1105 18"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Equal(0, (await host.VerifyAsync("EURUSD", From, To)).Code);
    }
}
