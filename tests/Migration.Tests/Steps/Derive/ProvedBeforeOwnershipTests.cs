using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Derive;

/// <summary>The old writer goes on undisturbed until the new one is proved beside it, and no trigger stays in his way that would stop
/// him.</summary>
public sealed class ProvedBeforeOwnershipTests(TestServer server)
{
    const int First = 1440;

    static readonly RunSettings Three = new() { QuietMinutes = 3 };

    [Fact]
    public async Task The_new_deriver_is_compared_with_the_old_one_on_minutes_that_come_before_anything_is_registered()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await using var writer = await host.LegacyWriterAsync();
        await host.StartAsync(Three);
        await ShadowAsync(host);
        Assert.Contains("0 came since", (await host.GatesAsync())["derive/shadow"].Observed, StringComparison.Ordinal);

        await MinutesAsync(host, 3, minute => host.WriteLegacyAsync(minute, 1, fx: false, writer));
        var run = await ShadowAsync(host);
        var gate = (await host.GatesAsync())["derive/shadow"];
        Assert.Equal(GateVerdict.Pass, gate.Verdict);
        Assert.Contains("3 came since", gate.Observed, StringComparison.Ordinal);
        Assert.Contains("3 of them written by others", gate.Observed, StringComparison.Ordinal);
        Assert.Equal("derive/shadow", run.Step);
        Assert.Equal(0, await host.TestHost.CountAsync("public.derived_data_bars WHERE raw ? 'inputs'"));
        Assert.Equal(0, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(
            0,
            await host.TestHost.CountAsync("dxy.route")
                + await host.TestHost.CountAsync("public.core_asset_registry_all WHERE canonical_symbol = 'DXY'")
        );
    }

    [Fact]
    public async Task An_old_writer_that_says_otherwise_is_shown_with_its_minutes_and_needs_somebodys_word()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await using var writer = await host.LegacyWriterAsync();
        await host.StartAsync(Three);
        await ShadowAsync(host);
        await MinutesAsync(host, 3, async minute =>
        {
            await host.WriteLegacyAsync(minute, 1, fx: false, writer);
            await host.TestHost.RunAsync(
                $"UPDATE public.derived_data_bars SET close = 105, high = 105 WHERE canonical_symbol = 'DXY' AND ts_utc = "
                    + $"'{TestHost.Minute(minute)}' AND {minute} = {First + 1}"
            );
        });
        await ShadowAsync(host);
        var gate = (await host.GatesAsync())["derive/shadow"];
        Assert.Equal(GateVerdict.Warn, gate.Verdict);
        Assert.Contains($"1 different: {TestHost.Minute(First + 1)} old 105 new ", gate.Observed, StringComparison.Ordinal);
        Assert.NotEqual(StepState.Done, (await host.Ledger.StepsAsync(LegacyHost.Name, TestHost.Token))["derive/shadow"].State);
    }

    [Fact]
    public async Task A_mirror_that_would_stop_the_old_writer_does_not_stay_and_the_missing_right_is_named()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions { Before = "ALTER TABLE public.data_bars ADD COLUMN id bigserial" }
        );
        await using var writer = await host.LegacyWriterAsync();
        await host.TestHost.RunAsync("REVOKE ALL ON SEQUENCE public.data_bars_id_seq FROM dxy_mirror");
        await host.StartAsync(Three with { LegacyWriters = LegacyWriters.Mirrored });
        await host.DriveAsync(Steps("derive/register", "derive/ownership"), run => run.Step == "derive/ownership");
        await host.WriteLegacyAsync(300, 1, data: writer);
        await host.DriveAsync(Steps("derive/register", "derive/ownership"));

        var gate = (await host.GatesAsync())["derive/trial"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains(" data_bars_id_seq", gate.Observed, StringComparison.Ordinal);
        Assert.Contains("GRANT USAGE ON SEQUENCE public.data_bars_id_seq TO dxy_mirror", gate.Unblock, StringComparison.Ordinal);
        Assert.Equal(0, await host.TestHost.CountAsync("pg_trigger WHERE tgname LIKE 'dxy_mirror%'"));
        await host.WriteLegacyAsync(301, 1, data: writer);

        await host.TestHost.RunAsync("GRANT USAGE ON SEQUENCE public.data_bars_id_seq TO dxy_mirror");
        await host.DriveAsync(Steps("derive/register", "derive/ownership", "derive/dual-write"));
        var passed = (await host.GatesAsync())["derive/trial"];
        Assert.Equal(GateVerdict.Pass, passed.Verdict);
        Assert.Contains(
            new Npgsql.NpgsqlConnectionStringBuilder(writer.ConnectionString).Username!,
            passed.Observed,
            StringComparison.Ordinal
        );
        await host.WriteLegacyAsync(302, 1, data: writer);
        Assert.Equal(1, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(303, await host.TestHost.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Theory]
    [InlineData("ALTER TABLE public.data_bars ADD CONSTRAINT traded CHECK (canonical_symbol <> 'DXY' OR vol > 0)", "traded")]
    [InlineData(
        "ALTER TABLE public.data_bars ADD COLUMN venue text NOT NULL DEFAULT 'x'; ALTER TABLE public.data_bars ALTER venue DROP DEFAULT",
        "venue"
    )]
    [InlineData(
        "CREATE FUNCTION public.nodxy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.canonical_symbol = ''DXY'' THEN RAISE "
            + "EXCEPTION ''no index here''; END IF; RETURN new; END'; "
            + "CREATE TRIGGER nodxy BEFORE INSERT ON public.data_bars FOR EACH ROW EXECUTE FUNCTION public.nodxy()",
        "no index here"
    )]
    [InlineData(
        "CREATE FUNCTION public.drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.canonical_symbol = ''DXY'' THEN RETURN NULL; "
            + "END IF; RETURN new; END'; "
            + "CREATE TRIGGER drops BEFORE INSERT ON public.data_bars FOR EACH ROW EXECUTE FUNCTION public.drops()",
        "it doesn't arrive, and no error said so"
    )]
    public async Task What_the_new_table_does_to_such_a_row_is_found_out_before_the_route_turns_and_before_the_trigger_stays(
        string statements,
        string says
    )
    {
        foreach (var writers in (LegacyWriters[])[LegacyWriters.Mirrored, LegacyWriters.Stopped])
        {
            await using var host = await LegacyHost.OpenAsync(server);
            await host.StartAsync(Three with { LegacyWriters = writers });
            await host.DriveAsync(Steps("derive/register", "derive/ownership"), run => run.Step == "derive/ownership");
            await host.TestHost.RunAsync(statements);
            await host.DriveAsync(Steps("derive/register", "derive/ownership", "derive/dual-write"));
            var gate = (await host.GatesAsync())[writers == LegacyWriters.Mirrored ? "derive/trial" : "derive/own-trial"];
            Assert.Equal(GateVerdict.Fail, gate.Verdict);
            Assert.Contains(says, gate.Observed, StringComparison.Ordinal);
            Assert.Equal(0, await host.TestHost.CountAsync("pg_trigger WHERE tgname LIKE 'dxy_mirror%'"));
            Assert.Equal("legacy", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route"));
            Assert.Equal(300, await host.TestHost.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"));
        }
    }

    [Fact]
    public async Task An_inactive_index_is_not_registered_behind_its_owners_back()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Before = "INSERT INTO public.core_asset_registry_all (canonical_symbol, active, metadata) VALUES ('DXY', false, '{}')",
            }
        );
        await host.StartAsync(Three);
        await host.DriveAsync(Steps("derive/register"));
        Assert.Equal(GateVerdict.Fail, (await host.GatesAsync())["derive/active"].Verdict);
        Assert.Equal(
            "{}",
            await host.TestHost.ValueAsync<string>(
                "SELECT metadata::text FROM public.core_asset_registry_all WHERE canonical_symbol = 'DXY'"
            )
        );
    }

    [Fact]
    public async Task A_run_of_the_version_before_that_was_past_a_new_step_goes_on_where_it_stands()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync(Three);
        await host.DriveAsync(Steps("derive/register", "derive/ownership", "derive/dual-write"), run => run.Step == "derive/dual-write");
        await host.DriveAsync(Steps("derive/shadow", "derive/register", "derive/ownership", "derive/dual-write"));
        var steps = await host.Ledger.StepsAsync(LegacyHost.Name, TestHost.Token);
        Assert.False(steps.ContainsKey("derive/shadow"));
        Assert.Equal(StepState.Done, steps["derive/dual-write"].State);
    }

    static IReadOnlyList<IMigrationStep> Steps(params IEnumerable<string> names) =>
        [.. MigrationSteps.All.Where(step => names.Contains(step.Name))];

    static Task<Run> ShadowAsync(LegacyHost host) => host.DriveAsync(Steps("derive/shadow"), accept: false);

    // Minutes that come: the pairs' bars, then what the host's own programs make of them.
    static async Task MinutesAsync(LegacyHost host, int count, Func<int, Task> old)
    {
        foreach (var minute in Enumerable.Range(First, count))
        {
            await host.TestHost.RunAsync(LegacyTables.Fx(minute, 1));
            await old(minute);
            await host.TestHost.AtAsync(TestHost.Minute(minute + 1) + TimeSpan.FromSeconds(2));
        }
    }
}
