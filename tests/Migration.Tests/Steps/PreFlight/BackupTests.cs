using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Migration.Tests.Steps.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.PreFlight;

public sealed class BackupTests(TestServer server)
{
    static readonly IMigrationStep[] Steps = [new BackupStep(), new BaselineStep()];

    sealed class Killed : OperationCanceledException;

    async Task<LegacyHost> SavedAsync()
    {
        var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Minutes = 250,
                Superseded = 12,
                SoftDeleted = 40,
                TargetVendor = 5,
                TargetEqual = 3,
            }
        );
        await host.TestHost.RunAsync(
            "UPDATE public.derived_data_bars SET ts_utc = ts_utc - interval '3 months' WHERE deleted_at IS NOT NULL"
        );
        await host.StartAsync();
        var run = await host.DriveAsync(Steps);
        Assert.True(run.State == RunState.Completed, run.Error);
        return host;
    }

    static async Task<Gate> BackAsync(LegacyHost host)
    {
        await host.RollBackAsync();
        await host.DriveAsync(Steps);
        return (await host.GatesAsync())["pre-flight/rolled-back"];
    }

    [Fact]
    public async Task Every_row_of_both_tables_is_saved_and_restored_and_the_backup_goes_with_the_rollback()
    {
        await using var host = await SavedAsync();
        Assert.Equal(250 + 12 + 40, await host.TestHost.CountAsync("dxy_backup.\"test-run_derived_data_bars\""));
        Assert.Equal(8, await host.TestHost.CountAsync("dxy_backup.\"test-run_data_bars\""));
        Assert.Equal("310 rows", (await host.GatesAsync())["pre-flight/backup"].Observed);
        Assert.Equal(
            "302",
            await host.TestHost.ValueAsync<string>(
                "SELECT value->'tables'->'derived_data_bars'->>'rows' FROM dxy.run_saved WHERE what = 'baseline'"
            )
        );

        Assert.Equal(GateVerdict.Pass, (await BackAsync(host)).Verdict);
        Assert.Equal(RunState.RolledBack, (await host.RunAsync()).State);
        Assert.Equal(
            0,
            await host.TestHost.ValueAsync<long>(
                "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('dxy_backup') AND relkind = 'r'"
            )
        );
    }

    [Theory]
    [InlineData(
        "UPDATE public.derived_data_bars SET close = close + 0.00000001 WHERE ts_utc = '{0}' AND derivation_version = 1",
        "1 rows are gone or changed (derived_data_bars 2024-03-04T08:05Z)"
    )]
    [InlineData("UPDATE public.derived_data_bars SET vwap = 0 WHERE ts_utc = '{0}'", "1 rows are gone or changed")]
    [InlineData("DELETE FROM public.derived_data_bars WHERE ts_utc = '{0}'", "1 rows are gone or changed")]
    [InlineData("UPDATE public.derived_data_bars SET deleted_at = NULL WHERE close = 9999", "40 rows are gone or changed")]
    [InlineData(
        "UPDATE public.data_bars SET close = close + 0.01 WHERE canonical_symbol = 'DXY' AND source = 'massive_api'",
        "5 rows are gone or changed (data_bars 2024-03-04T11:10Z"
    )]
    [InlineData(
        "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw) VALUES ('DXY', '1m', "
            + "'{0}', 1, 1, 1, 1, 'synthetic', '{\"migration\": \"test-run\"}')",
        "1 rows of the run are left"
    )]
    [InlineData("INSERT INTO public.core_asset_registry_all (canonical_symbol) VALUES ('DXY')", "the registry's row differs")]
    public async Task A_rollback_is_not_over_while_something_is_not_what_it_was(string damage, string observed)
    {
        await using var host = await SavedAsync();
        await host.TestHost.RunAsync(damage.Replace("{0}", TestHost.Minute(5).ToString(), StringComparison.Ordinal));
        // Nobody saw who did it.
        await host.TestHost.RunAsync("TRUNCATE dxy.touch");
        var gate = await BackAsync(host);
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains(observed, gate.Observed, StringComparison.Ordinal);
        Assert.Equal((RunState.Running, "pre-flight/baseline"), ((await host.RunAsync()).State, (await host.RunAsync()).Step));
    }

    [Fact]
    public async Task What_arrived_meanwhile_is_no_difference_and_is_counted()
    {
        await using var host = await SavedAsync();
        await host.WriteLegacyAsync(1500, 7);
        await host.TestHost.RunAsync(
            $"INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
                + $"'{TestHost.Minute(7)}', 1, 1, 1, 1, 'massive_api')"
        );
        await host.TestHost.RunAsync(
            $"UPDATE public.derived_data_bars SET close = close + 0.01, high = high + 0.01 WHERE ts_utc = '{TestHost.Minute(100)}'"
        );
        var gate = await BackAsync(host);
        Assert.Equal(GateVerdict.Pass, gate.Verdict);
        Assert.Contains(
            "7 rows arrived in derived_data_bars, 1 of other programs in data_bars, 1 were changed by others",
            gate.Observed,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Killed_at_each_point_and_run_again_it_saves_each_row_once()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 250, SoftDeleted = 5 });
        await host.TestHost.RunAsync(
            "UPDATE public.derived_data_bars SET ts_utc = ts_utc - interval '3 months' WHERE deleted_at IS NOT NULL"
        );
        await host.StartAsync();
        var died = 0;
        var times = new Dictionary<string, int>();
        while ((await host.RunAsync()).State == RunState.Running)
        {
            try
            {
                await host.DriveAsync(Steps, interrupt: (point, _) =>
                {
                    times[point] = times.GetValueOrDefault(point) + 1;
                    return times[point] is 1 or 3 ? throw new Killed() : Task.CompletedTask;
                });
            }
            catch (Killed)
            {
                died++;
            }
        }

        Assert.True(died > 6, $"{died}");
        Assert.Equal(255, await host.TestHost.CountAsync("dxy_backup.\"test-run_derived_data_bars\""));
        Assert.Equal("255 rows", (await host.GatesAsync())["pre-flight/backup"].Observed);
    }
}
