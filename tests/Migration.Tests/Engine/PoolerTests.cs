using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Tests.Verification;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>A run whose silo reaches its database through pgbouncer in transaction mode, or under row security: it completes, or says why
/// not before it changes anything.</summary>
public sealed class PoolerTests(TestServer server)
{
    [Fact]
    public async Task Through_a_pooler_a_run_and_the_way_back_are_what_they_are_without_one_when_the_servers_own_address_is_given_too()
    {
        PgBouncer.Require();
        await using var host = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        var before = await host.OutcomeAsync();
        await using var pooler = await PgBouncer.StartAsync(host.TestHost.Database.ConnectionString, poolSize: 4, TestHost.Token);
        await using var silo = Open(pooler);
        await host.StartAsync(MarketWorld.Settings);
        var world = new MarketWorld(host);

        var completed = await world.DriveAsync(data: silo, pastPooler: host.Data);
        Assert.True(completed.State == RunState.Completed, $"{completed.State} at {completed.Step}: {completed.Error}");
        Assert.Equal("there is one", (await host.GatesAsync())["pre-flight/session"].Observed);

        await host.RollBackAsync();
        var back = await world.DriveAsync(data: silo, pastPooler: host.Data);
        Assert.True(back.State == RunState.RolledBack, $"{back.State} at {back.Step}: {back.Error}");
        Assert.Empty(before.Except(await host.OutcomeAsync()));
        Assert.Equal(0, await host.BrokenEventsAsync());
    }

    [Fact]
    public async Task Through_a_pooler_alone_a_run_that_has_an_index_to_build_stops_in_pre_flight_and_changes_nothing()
    {
        PgBouncer.Require();
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { MissingKey = true });
        var before = await host.OutcomeAsync();
        await using var pooler = await PgBouncer.StartAsync(host.TestHost.Database.ConnectionString, poolSize: 4, TestHost.Token);
        await using var silo = Open(pooler);
        await host.StartAsync(MarketWorld.Settings);

        var run = await host.DriveAsync(MigrationSteps.All, data: silo);
        Assert.Equal("pre-flight/checks", run.Step);
        var gate = (await host.GatesAsync())["pre-flight/session"];
        Assert.Equal((GateVerdict.Fail, "a pooler stands between"), (gate.Verdict, gate.Observed));
        Assert.Contains("DXY_DATABASE_DIRECT", gate.Unblock, StringComparison.Ordinal);
        Assert.Equal(before, await host.OutcomeAsync());
    }

    [Fact]
    public async Task A_pooler_and_an_own_address_that_lead_to_two_databases_are_refused()
    {
        PgBouncer.Require();
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1, MissingKey = true });
        await using var other = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1, MissingKey = true });
        await using var pooler = await PgBouncer.StartAsync(host.TestHost.Database.ConnectionString, poolSize: 4, TestHost.Token);
        await using var silo = Open(pooler);
        await host.StartAsync(MarketWorld.Settings);

        await new MigrationEngine(silo, MigrationSteps.All, host.RealTime, pastPooler: other.Data).AdvanceAsync(
            LegacyHost.Name,
            TestHost.Token
        );
        await new MigrationEngine(silo, MigrationSteps.All, host.RealTime, pastPooler: other.Data).AdvanceAsync(
            LegacyHost.Name,
            TestHost.Token
        );
        var gate = (await host.GatesAsync())["pre-flight/session"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains(other.TestHost.Database.Name, gate.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_pooler_has_one_connection_a_verification_reads_both_tables_over_it()
    {
        PgBouncer.Require();
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync("DELETE FROM data_bars WHERE ts_utc = '2024-03-04 08:10Z'");
        await using var pooler = await PgBouncer.StartAsync(host.Database.ConnectionString, poolSize: 1, TestHost.Token);
        await using var silo = Open(pooler);
        var verifications = new TableVerification(silo);
        var found = await verifications.FinishAsync(
            await verifications.StartAsync(null, TwoTables.Dxy, VerificationScope.Full, null, TestHost.Token)
        );
        Assert.Equal((400L, 1L), (found.Compared, found.Missing));

        // A second connection was waited for once; what is known of it outlives this process.
        Assert.Equal(1, await host.CountAsync("dxy.verification WHERE checkpoint->>'is_alone' = 'true'"));
    }

    [Fact]
    public async Task Row_security_that_spares_the_runs_role_doesnt_keep_it_from_completing()
    {
        await using var host = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        await host.TestHost.RunAsync(
            "ALTER TABLE public.data_bars ENABLE ROW LEVEL SECURITY; ALTER TABLE public.derived_data_bars ENABLE ROW LEVEL SECURITY"
        );
        await host.StartAsync(MarketWorld.Settings);
        var completed = await new MarketWorld(host).DriveAsync();
        Assert.True(completed.State == RunState.Completed, $"{completed.State} at {completed.Step}: {completed.Error}");
    }

    [Fact]
    public async Task Row_security_that_hides_rows_stops_a_run_in_pre_flight_or_wherever_it_comes_up()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
        await host.StartAsync(MarketWorld.Settings);
        Assert.Equal(("pre-flight/checks", RunState.Running), Stands(await host.DriveAsync(MigrationSteps.All)));
        Assert.Equal("row security hides rows of public.derived_data_bars", (await host.GatesAsync())["pre-flight/row-security"].Observed);

        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars NO FORCE ROW LEVEL SECURITY");
        var world = new MarketWorld(host);
        await world.DriveAsync(until: run => run.Step == "copy/bars");
        var copied = await host.FingerprintAsync(host.Symbol);
        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars FORCE ROW LEVEL SECURITY");
        var stopped = await world.DriveAsync();
        Assert.Equal(("copy/bars", RunState.Failed), Stands(stopped));
        Assert.Contains("Row security hides rows of public.derived_data_bars", stopped.Error, StringComparison.Ordinal);
        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars NO FORCE ROW LEVEL SECURITY");
        Assert.Equal(copied, await host.FingerprintAsync(host.Symbol));

        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        Assert.Equal(RunState.Completed, (await world.DriveAsync()).State);

        static (string, RunState) Stands(Run run) => (run.Step, run.State);
    }

    static NpgsqlDataSource Open(PgBouncer pooler) =>
        Postgres.Database.Open(new DatabaseSettings { Connection = pooler.ConnectionString, Prepare = false });
}
