using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps;

public sealed class ApprovalStepTests(TestServer server)
{
    static readonly IMigrationStep Deploy = MigrationSteps.All.Single(step => step.Name == "deploy/approval");
    static readonly IMigrationStep CleanUp = MigrationSteps.All.Single(step => step.Name == "observe/approval");

    /// <summary>A host whose bars are verified, waiting for the approval.</summary>
    static async Task<ObservedHost> WaitingAsync(TestServer server, IMigrationStep step, RunSettings? settings = null)
    {
        var host = await ObservedHost.OpenAsync(server, step, settings);
        await host.TradeAsync(0, 90);
        Assert.IsType<StepOutcome.Waiting>(await SettledAsync(host, step));
        return host;
    }

    static async Task<StepOutcome> SettledAsync(ObservedHost host, IMigrationStep step)
    {
        var outcome = await host.AdvanceAsync(step);
        for (var calls = 0; outcome is StepOutcome.More && calls < 20; calls++)
        {
            outcome = await host.AdvanceAsync(step);
        }

        return outcome;
    }

    static Task<int> ApproveAsync(ObservedHost host, IMigrationStep step) =>
        host.TestHost.RunAsync($"SELECT dxy.migrate_approve('{ObservedHost.Name}', '{(step == Deploy ? "deploy" : "cleanup")}')");

    static async Task<string> SaidAsync(ObservedHost host, IMigrationStep step) =>
        ObservedHost.Gate(await SettledAsync(host, step), step.Name);

    public static TheoryData<string> Both => ["deploy/approval", "observe/approval"];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task It_waits_until_somebody_approves_what_was_verified(string name)
    {
        var step = name == Deploy.Name ? Deploy : CleanUp;
        await using var host = await WaitingAsync(server, step);
        Assert.Equal("FAIL there is none yet", await SaidAsync(host, step));

        await ApproveAsync(host, step);
        var outcome = Assert.IsType<StepOutcome.Done>(await SettledAsync(host, step));
        Assert.StartsWith("PASS by ", ObservedHost.Gate(outcome, name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_that_was_revoked_does_not_count_and_another_one_after_it_does()
    {
        await using var host = await WaitingAsync(server, Deploy);
        await ApproveAsync(host, Deploy);
        await host.TestHost.RunAsync($"SELECT dxy.migrate_revoke('{ObservedHost.Name}', 'deploy')");
        Assert.Contains("was revoked by", await SaidAsync(host, Deploy), StringComparison.Ordinal);

        await ApproveAsync(host, Deploy);
        Assert.IsType<StepOutcome.Done>(await SettledAsync(host, Deploy));
    }

    [Fact]
    public async Task An_approval_expires_by_market_time()
    {
        await using var host = await WaitingAsync(server, Deploy, new RunSettings { ApprovalHours = 2 });
        await ApproveAsync(host, Deploy);
        await host.TestHost.AtAsync(TestHost.Minute(90 + 121));

        Assert.Contains("expired at 2024-03-04T11:30:30Z", await SaidAsync(host, Deploy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_rests_on_the_newest_verification()
    {
        await using var host = await WaitingAsync(server, Deploy);
        await ApproveAsync(host, Deploy);
        var verifications = new TableVerification(host.TestHost.Data);
        var id = await verifications.StartAsync(
            ObservedHost.Name,
            Core.Bars.Symbol.Parse("DXY"),
            VerificationScope.Full,
            null,
            TestHost.Token
        );
        while ((await verifications.AdvanceAsync(id, TestHost.Token)).State == VerificationState.Running) { }

        Assert.EndsWith($"; {id} is newer", await SaidAsync(host, Deploy), StringComparison.Ordinal);
        await ApproveAsync(host, Deploy);
        Assert.IsType<StepOutcome.Done>(await SettledAsync(host, Deploy));
    }

    [Fact]
    public async Task What_was_verified_before_the_switch_is_verified_again()
    {
        await using var host = await WaitingAsync(server, Deploy);
        await ApproveAsync(host, Deploy);
        await host.TestHost.AtAsync(TestHost.Minute(92));
        await host.TestHost.RunAsync(
            $"""
            INSERT INTO dxy.run_step (run, step, phase, state, started_at, finished_at) VALUES ('{ObservedHost.Name}', 'switch/buckets', 5,
              'done', dxy.now(), dxy.now());
            UPDATE dxy.run_step SET checkpoint = checkpoint - 'verified';
            """
        );
        await host.TestHost.AtAsync(TestHost.Minute(93));

        Assert.Contains("is newer", await SaidAsync(host, Deploy), StringComparison.Ordinal);
        Assert.Equal(2, await host.TestHost.CountAsync("dxy.verification"));
    }

    [Fact]
    public async Task Tables_that_differ_are_not_for_approval_and_mended_are_verified_again_without_a_word()
    {
        await using var host = await ObservedHost.OpenAsync(server, Deploy);
        await host.TradeAsync(0, 90);
        await host.TestHost.RunAsync("UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:10Z'");
        Assert.IsType<StepOutcome.Waiting>(await SettledAsync(host, Deploy));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ApproveAsync(host, Deploy));
        Assert.Contains("different", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_started_the_run_may_be_kept_from_approving_it()
    {
        await using var host = await WaitingAsync(server, Deploy, new RunSettings { ApproverIsNotStarter = true });
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ApproveAsync(host, Deploy));
        Assert.Contains("as well", refused.MessageText, StringComparison.Ordinal);

        // A setting that came after the approval counts too; so does another role's.
        await host.TestHost.RunAsync("UPDATE dxy.run SET settings = settings || '{\"approver_is_not_starter\": false}'");
        await ApproveAsync(host, Deploy);
        await host.TestHost.RunAsync("UPDATE dxy.run SET settings = settings || '{\"approver_is_not_starter\": true}'");
        Assert.Contains("may not approve it as well", await SaidAsync(host, Deploy), StringComparison.Ordinal);

        var other = await host.TestHost.LoginAsync("GRANT dxy_approver TO {0}");
        await using (var approve = other.CreateCommand($"SELECT dxy.migrate_approve('{ObservedHost.Name}', 'deploy')"))
        {
            await approve.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.IsType<StepOutcome.Done>(await SettledAsync(host, Deploy));
    }

    [Fact]
    public async Task An_approval_that_was_used_can_no_longer_be_revoked()
    {
        await using var host = await WaitingAsync(server, Deploy);
        await ApproveAsync(host, Deploy);
        Assert.IsType<StepOutcome.Done>(await SettledAsync(host, Deploy));

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            host.TestHost.RunAsync($"SELECT dxy.migrate_revoke('{ObservedHost.Name}', 'deploy')")
        );
        Assert.Contains("was used already", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleaning_up_needs_a_system_that_is_well_when_it_begins()
    {
        await using var host = await WaitingAsync(server, CleanUp);
        await ApproveAsync(host, CleanUp);
        await host.TestHost.AtAsync(TestHost.Minute(120));

        var outcome = await SettledAsync(host, CleanUp);
        Assert.StartsWith("PASS by ", ObservedHost.Gate(outcome, "observe/approval"), StringComparison.Ordinal);
        Assert.StartsWith("FAIL 2024-03-04T10:00:00", ObservedHost.Gate(outcome, "observe/now"), StringComparison.Ordinal);
    }
}
