using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Test;

public sealed class TestPhaseTests(TestServer server)
{
    static IMigrationStep Step(string name) => MigrationSteps.All.Single(step => step.Name == name);

    static async Task<(ObservedHost TestHost, IMigrationStep Step)> TradedAsync(TestServer server, string name, string harm = "")
    {
        var host = await ObservedHost.OpenAsync(server, Step(name));
        await host.TradeAsync(0, 130);
        if (harm.Length > 0)
        {
            await host.TestHost.RunAsync(harm);
        }

        return (host, Step(name));
    }

    static async Task<string> GatesAsync(ObservedHost host, IMigrationStep step)
    {
        StepOutcome outcome = await host.AdvanceAsync(step);
        for (var calls = 0; outcome is StepOutcome.More && calls < 60; calls++)
        {
            outcome = await host.AdvanceAsync(step);
        }

        var gates = outcome is StepOutcome.Waiting waiting ? waiting.Gates : ((StepOutcome.Done)outcome).Gates;
        return $"{outcome.GetType().Name}: {string.Join(", ", gates.Select(gate => $"{gate.Name} {gate.Verdict}"))}";
    }

    [Theory]
    [InlineData("", "Done: test/fresh Pass, test/rollups 5m Pass, test/rollups 1h Pass, test/rollups since Pass")]
    [InlineData(
        "DELETE FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '2024-03-04 10:05Z'",
        "Waiting: test/fresh Pass, test/rollups 5m Fail, test/rollups 1h Pass, test/rollups since Pass"
    )]
    [InlineData(
        "UPDATE derived_data_bars SET low = low - 1 WHERE canonical_symbol = 'DXY' AND timeframe = '1h' AND ts_utc = '2024-03-04 09:00Z'",
        "Waiting: test/fresh Pass, test/rollups 5m Pass, test/rollups 1h Fail, test/rollups since Pass"
    )]
    [InlineData(
        "UPDATE derived_data_bars SET trade_count = 7 WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '2024-03-04 10:05Z'",
        "Waiting: test/fresh Pass, test/rollups 5m Fail, test/rollups 1h Pass, test/rollups since Pass"
    )]
    [InlineData(
        "UPDATE dxy.clock SET anchor_market = anchor_market + interval '20 minutes'",
        "Done: test/fresh Warn, test/rollups 5m Pass, test/rollups 1h Pass, test/rollups since Pass"
    )]
    [InlineData(
        "UPDATE core_asset_registry_all SET metadata = metadata - 'derived_timeframes' WHERE canonical_symbol = 'DXY'",
        "Waiting: test/fresh Pass, test/rollups Warn, test/rollups since Fail"
    )]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '15m', "
            + "'2024-03-04 09:00Z', 100, 100, 100, 100, 'derived')",
        "Waiting: test/fresh Pass, test/rollups 5m Pass, test/rollups 1h Pass, test/rollups since Fail"
    )]
    public async Task The_newest_closed_bucket_is_the_expected_one_and_what_its_minutes_fold_to(string harm, string said)
    {
        var (host, step) = await TradedAsync(server, "test/rollups", harm);
        await using (host)
        {
            Assert.Equal(said, await GatesAsync(host, step));
        }
    }

    [Theory]
    [InlineData("", "Done: test/prices Pass")]
    [InlineData(
        "UPDATE data_bars SET high = 9999, close = 9999 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:50Z'",
        "Waiting: test/prices Fail"
    )]
    [InlineData(
        "UPDATE data_bars SET high = high * 1.01, close = close * 1.01 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:50Z'",
        "Waiting: test/prices Fail"
    )]
    [InlineData(
        "ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check; UPDATE data_bars SET close = 'NaN' WHERE canonical_symbol = "
            + "'DXY' AND ts_utc = '2024-03-04 09:50Z'",
        "Waiting: test/prices Fail"
    )]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY'", "Done: test/prices Warn")]
    public async Task A_bad_print_is_found_and_plausible_prices_pass(string harm, string said)
    {
        var (host, step) = await TradedAsync(server, "test/prices", harm);
        await using (host)
        {
            Assert.Equal(said, await GatesAsync(host, step));
        }
    }

    [Theory]
    [InlineData("", "Done: test/parity Pass")]
    [InlineData(
        "UPDATE derived_data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 09:50Z'",
        "Waiting: test/parity 1 Fail"
    )]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY'", "Waiting: test/parity Fail")]
    [InlineData(
        "UPDATE data_bars SET raw = '{}', close = low, open = low, high = low + 0.001 WHERE canonical_symbol = 'DXY' AND ts_utc = "
            + "'2024-03-04 09:50Z';"
            + "UPDATE data_bars SET close = close + 0.001 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:50Z';"
            + "UPDATE derived_data_bars AS d SET raw = '{}', open = n.open, high = n.high, low = n.low, close = n.close FROM data_bars "
            + "AS n WHERE n.canonical_symbol = 'DXY' AND n.ts_utc = '2024-03-04 09:50Z' "
            + "AND d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = n.ts_utc",
        "Done: test/parity Warn"
    )]
    public async Task Both_tables_and_the_components_agree_and_what_deviates_alike_in_both_wants_consent(string harm, string said)
    {
        var (host, step) = await TradedAsync(server, "test/parity", harm);
        await using (host)
        {
            Assert.Equal(said, await GatesAsync(host, step));
        }
    }

    [Fact]
    public async Task The_deployment_is_verified_twice_some_market_minutes_apart()
    {
        var (host, step) = await TradedAsync(server, "deploy/verify");
        await using (host)
        {
            Assert.Equal("Waiting: deploy/first Pass, deploy/second Fail", await GatesAsync(host, step));
            Assert.Equal(1, await host.TestHost.CountAsync("dxy.verification"));

            await host.TradeAsync(130, 4);
            Assert.Equal("Waiting: deploy/first Pass, deploy/second Fail", await GatesAsync(host, step));

            await host.TradeAsync(134, 2);
            Assert.Equal("Done: deploy/first Pass, deploy/second Pass", await GatesAsync(host, step));
            Assert.Equal(
                ["130 equal", "136 equal"],
                await host.TestHost.TextsAsync("SELECT compared || ' ' || state FROM dxy.verification ORDER BY id")
            );
        }
    }

    [Fact]
    public async Task A_deployment_that_differs_waits_and_goes_on_once_that_is_mended()
    {
        var (host, step) = await TradedAsync(
            server,
            "deploy/verify",
            "UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:50Z'"
        );
        await using (host)
        {
            Assert.Equal("Waiting: deploy/first Fail", await GatesAsync(host, step));
            Assert.Equal("Waiting: deploy/first Fail", await GatesAsync(host, step));
            Assert.Equal(1, await host.TestHost.CountAsync("dxy.verification"));

            await host.TestHost.RunAsync("UPDATE data_bars SET vol = 0 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:50Z'");
            await host.TradeAsync(130, 6);
            Assert.Equal("Waiting: deploy/first Pass, deploy/second Fail", await GatesAsync(host, step));
        }
    }
}
