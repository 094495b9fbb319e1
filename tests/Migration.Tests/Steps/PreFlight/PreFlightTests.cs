using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.PreFlight;

public sealed class PreFlightTests(TestServer server)
{
    static async Task<Dictionary<string, Gate>> CheckAsync(LegacyHost host, RunSettings? settings = null, NpgsqlDataSource? data = null) =>
        (
            await new PreFlightChecks(data ?? host.Data, host.Symbol, settings ?? new RunSettings(), TimeProvider.System).RunAsync(
                TestHost.Token
            )
        ).ToDictionary(gate => gate.Name);

    [Fact]
    public async Task A_sound_legacy_host_fails_nothing_and_what_cant_be_seen_is_no_pass()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        var gates = await CheckAsync(host);

        Assert.DoesNotContain(gates.Values, gate => gate.Verdict == GateVerdict.Fail);
        Assert.Equal(GateVerdict.Warn, gates["pre-flight/space"].Verdict);
        Assert.Equal(GateVerdict.Warn, gates["pre-flight/statements"].Verdict);
        Assert.Equal(GateVerdict.Pass, gates["pre-flight/formula"].Verdict);
        Assert.All(gates.Values.Where(gate => gate.Verdict != GateVerdict.Pass), gate => Assert.NotNull(gate.Unblock));
    }

    [Fact]
    public async Task The_dirt_is_counted_by_kind_and_a_policy_asked_for_where_one_is_needed()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Superseded = 12,
                SoftDeleted = 40,
                Partial = 4,
                TargetEqual = 3,
                TargetDifferent = 5,
                TargetVendor = 6,
            }
        );
        var gates = await CheckAsync(host);
        Assert.Equal("12 older versions stay behind", gates["pre-flight/superseded"].Observed);
        Assert.StartsWith("4 bars", gates["pre-flight/partial"].Observed, StringComparison.Ordinal);
        Assert.Equal(
            "14 bars stand there (6 massive_api, 8 synthetic): 3 equal, 5 different, 6 different of other sources, 0 in no other table",
            gates["pre-flight/target-rows"].Observed
        );
        Assert.Equal((GateVerdict.Warn, GateVerdict.Warn), (gates["pre-flight/target-rows"].Verdict, gates["pre-flight/partial"].Verdict));

        gates = await CheckAsync(
            host,
            new RunSettings
            {
                Different = ConflictPolicy.TakeSource,
                Foreign = ConflictPolicy.KeepTarget,
                Partial = ConflictPolicy.TakeSource,
            }
        );
        Assert.Equal((GateVerdict.Pass, GateVerdict.Pass), (gates["pre-flight/target-rows"].Verdict, gates["pre-flight/partial"].Verdict));
    }

    [Fact]
    public async Task Duplicates_and_NULL_keys_fail_before_anything_is_changed()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions { MissingKey = true, Before = "ALTER TABLE public.data_bars ALTER COLUMN timeframe DROP NOT NULL" }
        );
        await host.TestHost.RunAsync(
            "INSERT INTO public.data_bars SELECT * FROM public.data_bars LIMIT 1; INSERT INTO public.data_bars (canonical_symbol, "
                + "timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', NULL, '2024-01-08Z', 1, 1, 1, 1, 'ingest')"
        );
        var gates = await CheckAsync(host);
        Assert.Equal((GateVerdict.Fail, GateVerdict.Fail), (gates["pre-flight/duplicates"].Verdict, gates["pre-flight/null-keys"].Verdict));
    }

    [Fact]
    public async Task A_partition_of_another_owner_is_asked_for_too()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 20, Partitioned = true });
        var other = new NpgsqlConnectionStringBuilder(
            (await host.TestHost.LoginAsync("GRANT CREATE, USAGE ON SCHEMA public TO {0}")).ConnectionString
        ).Username;
        await using (var give = host.TestHost.Database.Admin.CreateCommand($"ALTER TABLE public.bars_2024a OWNER TO {other}"))
        {
            await give.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.Contains($"GRANT {other} TO ", (await CheckAsync(host))["pre-flight/rights"].Unblock, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_too_little_is_told_the_very_grants()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        var silo = await host.TestHost.LoginAsync("GRANT dxy_silo, dxy_migrator TO {0}");
        var gate = (await CheckAsync(host, data: silo))["pre-flight/rights"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        foreach (var grant in gate.Unblock!.Split("; "))
        {
            await using var command = host.TestHost.Database.Admin.CreateCommand(grant);
            await command.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.Equal(GateVerdict.Pass, (await CheckAsync(host, data: silo))["pre-flight/rights"].Verdict);
    }

    [Fact]
    public async Task Row_security_that_would_hide_rows_fails()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars ENABLE ROW LEVEL SECURITY");
        Assert.Equal(GateVerdict.Pass, (await CheckAsync(host))["pre-flight/row-security"].Verdict);
        await host.TestHost.RunAsync("ALTER TABLE public.derived_data_bars FORCE ROW LEVEL SECURITY");
        var gate = (await CheckAsync(host))["pre-flight/row-security"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("derived_data_bars", gate.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_reads_the_old_table_is_named_and_has_to_be_accepted()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.TestHost.RunAsync(
            """
            CREATE VIEW public.dashboard AS SELECT * FROM public.derived_data_bars;
            CREATE MATERIALIZED VIEW public.daily AS SELECT count(*) FROM public.derived_data_bars;
            CREATE FUNCTION public.gaps() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM derived_data_bars';
            CREATE FUNCTION public.noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
            CREATE TRIGGER theirs BEFORE INSERT ON public.data_bars FOR EACH ROW EXECUTE FUNCTION public.noop();
            """
        );
        var gate = (await CheckAsync(host))["pre-flight/consumers"];
        Assert.Equal(GateVerdict.Warn, gate.Verdict);
        Assert.Equal(
            "function public.gaps; materialized view public.daily; trigger theirs on data_bars; view public.dashboard",
            gate.Observed
        );
    }

    [Fact]
    public async Task An_old_deriver_of_another_formula_and_a_missing_component_are_seen()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.TestHost.RunAsync(
            "UPDATE public.derived_data_bars SET close = close * 1.0001, high = high * 1.0001 WHERE canonical_symbol = 'DXY'"
        );
        var gate = (await CheckAsync(host))["pre-flight/formula"];
        Assert.Equal(GateVerdict.Warn, gate.Verdict);
        Assert.StartsWith("300 of the newest 300 differ", gate.Observed, StringComparison.Ordinal);

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'USDSEK'");
        Assert.Contains("USDSEK never", (await CheckAsync(host))["pre-flight/components"].Observed, StringComparison.Ordinal);
        Assert.Equal(GateVerdict.Fail, (await CheckAsync(host))["pre-flight/components"].Verdict);
    }

    [Fact]
    public async Task The_step_stores_its_gates_and_waits_until_the_warnings_are_accepted()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync();
        var run = await host.DriveAsync([new ChecksStep()], accept: false);
        Assert.Equal((RunState.Running, "pre-flight/checks"), (run.State, run.Step));
        Assert.Equal(GateVerdict.Warn, (await host.GatesAsync())["pre-flight/space"].Verdict);
        Assert.Equal(RunState.Completed, (await host.DriveAsync([new ChecksStep()])).State);
    }
}
