using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

public sealed class CreationTimeTests(TestServer server)
{
    static readonly string[] All = [.. CopyRun.Copying, .. CopyRun.CleaningUp];

    [Theory]
    [InlineData("NULL")]
    [InlineData("now() + interval '10 years'")]
    [InlineData("'2000-01-01 00:00Z'")]
    public async Task What_has_no_created_at_or_a_wrong_one_is_copied_removed_and_brought_back(string createdAt)
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Superseded = 12, SoftDeleted = 40 });
        await host.TestHost.RunAsync($"UPDATE public.derived_data_bars SET created_at = {createdAt}");
        await host.TestHost.RunAsync("UPDATE dxy.touch SET own = true");
        await host.TestHost.DrainAsync();
        var before = await host.OutcomeAsync();
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "cleanup/old-writes-off");
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(300, await host.CountAsync(CopyRun.Target + " AS t"));

        await host.CopyAsync(CopyRun.CleaningUp);
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(
            0,
            await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL")
        );

        await host.RollBackAsync();
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.RolledBack, (await host.RunAsync()).State);
        Assert.Equal(before.Where(Of), (await host.OutcomeAsync()).Where(Of));
    }

    // The registry row goes with a step that was done before the host was looked at.
    static bool Of(string line) => !line.StartsWith("registry", StringComparison.Ordinal);
}
