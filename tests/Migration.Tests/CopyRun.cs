using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests;

/// <summary>A run that writes both tables already, for the steps that move bars between them.</summary>
static class CopyRun
{
    public static readonly string[] Copying = ["copy/partials", "copy/conflicts", "copy/bars"];

    public static readonly string[] CleaningUp = ["cleanup/old-writes-off", "cleanup/remove", "cleanup/proof"];

    static readonly string[] Deriving = ["derive/register", "derive/ownership", "derive/dual-write"];

    /// <summary>The rows of the old table that should be copied, as the new table should have them.</summary>
    public const string Winners = """
        (SELECT DISTINCT ON (ts_utc) ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial FROM public.derived_data_bars
         WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL ORDER BY ts_utc, derivation_version DESC,
           updated_at DESC NULLS LAST, ctid DESC)
        """;

    public const string Target =
        "(SELECT ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial FROM public.data_bars WHERE canonical_symbol = "
        + "'DXY' AND timeframe = '1m')";

    /// <summary>A legacy host, its backup made, its run at the beginning of the copy; batches of 100 rows.</summary>
    public static async Task<LegacyHost> OpenAsync(TestServer server, LegacyOptions? options = null, RunSettings? settings = null)
    {
        var host = await LegacyHost.OpenAsync(server, options);
        await host.TestHost.RunAsync(
            $"""
            CREATE SCHEMA IF NOT EXISTS dxy_backup;
            CREATE TABLE dxy_backup."{LegacyHost.Name}_data_bars" AS SELECT * FROM public.data_bars WHERE canonical_symbol = 'DXY'
              AND timeframe = '1m';
            CREATE TABLE dxy_backup."{LegacyHost.Name}_derived_data_bars" AS SELECT * FROM public.derived_data_bars
              WHERE canonical_symbol = 'DXY' AND timeframe = '1m';
            """
        );
        await host.StartAsync(
            (settings ?? new RunSettings()) with
            {
                BatchRows = 100,
                MaxLockWaits = -1,
                QuietMinutes = settings?.QuietMinutes ?? 0,
            }
        );
        await host.TestHost.RunAsync(
            $"INSERT INTO dxy.run_step (run, step, phase, state, started_at) VALUES ('{LegacyHost.Name}', 'pre-flight/backup', 1, "
                + $"'done', dxy.now())"
        );
        await host.DriveAsync(Steps(Copying), run => run.Step == Copying[0]);
        await host.TestHost.DrainAsync();
        return host;
    }

    /// <summary>The steps before the copy, and these.</summary>
    public static IReadOnlyList<IMigrationStep> Steps(params IEnumerable<string> names) =>
        [.. MigrationSteps.All.Where(step => Deriving.Concat(names).Contains(step.Name))];

    /// <summary>Through the copy, and further steps.</summary>
    public static async Task<Run> CopyAsync(this LegacyHost host, params string[] more)
    {
        var run = await host.DriveAsync(Steps([.. Copying, .. more]));
        Assert.True(run.Error is null, run.Error);
        return run;
    }

    public static Task<long> CountAsync(this LegacyHost host, string from) => host.TestHost.CountAsync(from);

    /// <summary>Rows that only one of the tables has.</summary>
    public static async Task<long> UnequalAsync(this LegacyHost host) =>
        await host.CountAsync($"(({Winners} EXCEPT {Target}) UNION ALL ({Target} EXCEPT {Winners})) AS u");
}
