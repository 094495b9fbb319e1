using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.SwitchReads;

public sealed class SwitchReadsTests(TestServer server)
{
    static readonly string[] All = [.. CopyRun.Copying, "switch/reads"];

    static Task<string?> ModeAsync(LegacyShop shop) => shop.Shop.ValueAsync<string>("SELECT mode FROM dxy.route WHERE symbol = 'DXY'");

    [Fact]
    public async Task Readers_are_not_switched_while_the_tables_differ()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(All), run => run.Step == "switch/reads");
        await shop.Shop.RunAsync(
            $"UPDATE public.data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE canonical_symbol = 'DXY' AND "
                + $"ts_utc = '{Shop.Minute(7)}'"
        );
        var run = await shop.DriveAsync(CopyRun.Steps(All));
        Assert.Equal((RunState.Running, "switch/reads"), (run.State, run.Step));
        Assert.Equal("both", await ModeAsync(shop));
        var gate = (await shop.GatesAsync())["switch/verification"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("1 different", gate.Observed, StringComparison.Ordinal);

        await shop.Shop.RunAsync(
            $"UPDATE public.data_bars SET close = close - 0.00000001, high = high - 0.00000001 WHERE canonical_symbol = 'DXY' AND "
                + $"ts_utc = '{Shop.Minute(7)}'"
        );
        await shop.Shop.RunAsync($"SELECT dxy.migrate_retry('{LegacyShop.Name}')");
        await shop.DriveAsync(CopyRun.Steps(All));
        Assert.Equal("both_read_new", await ModeAsync(shop));
    }

    [Fact]
    public async Task A_write_that_commits_between_the_verification_and_the_switch_is_verified_before_it()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(All), run => run.Step == "switch/reads");
        await using var writer = await shop.Data.OpenConnectionAsync(Shop.Token);
        await using var open = await writer.BeginTransactionAsync(Shop.Token);
        await using (
            var write = new NpgsqlCommand(
                $"SELECT dxy.hold_route('DXY'); UPDATE public.data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE "
                    + $"canonical_symbol = 'DXY' AND ts_utc = '{Shop.Minute(7)}'",
                writer
            )
        )
        {
            await write.ExecuteNonQueryAsync(Shop.Token);
        }

        var held = await shop.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(
            "equal",
            await shop.Shop.ValueAsync<string>("SELECT state FROM dxy.verification WHERE scope = 'full' ORDER BY id DESC LIMIT 1")
        );
        Assert.Equal((RunState.Running, "both"), (held.State, await ModeAsync(shop)));

        await open.CommitAsync(Shop.Token);
        await shop.DriveAsync(CopyRun.Steps(All));
        Assert.Equal("both", await ModeAsync(shop));
        Assert.Contains("1 different", (await shop.GatesAsync())["switch/verification"].Observed, StringComparison.Ordinal);
    }
}
