using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Schema;

public sealed class SchemaSourceCheckTests(TestServer server)
{
    async Task<LegacyHost> OpenAsync(string before)
    {
        var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions { Minutes = 20, Before = "ALTER TABLE public.data_bars DROP CONSTRAINT data_bars_source_check; " + before }
        );
        await host.StartAsync();
        return host;
    }

    static async Task PassesAsync(LegacyHost host)
    {
        var run = await host.DriveAsync(Definitions.Steps);
        Assert.True(run.State == RunState.Completed, $"{run.Step}: {run.Error}");
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["schema/source-check"].Verdict);
        Assert.Equal(1, await Definitions.InsertDxyAsync(host, 3));
    }

    static async Task<IReadOnlyList<string>> BackAsync(LegacyHost host)
    {
        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(Definitions.Steps)).State);
        return await Definitions.OfAsync(host);
    }

    [Fact]
    public async Task The_wider_check_stands_and_is_validated_before_the_narrow_one_goes()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 20, NarrowCheck = true });
        await host.StartAsync();
        await host.DriveAsync(Definitions.Steps);
        var sql = await host.TestHost.TextsAsync("SELECT detail->>'sql' FROM dxy.run_event WHERE kind = 'definition changed' ORDER BY seq");
        var added = sql.FindIndex(text =>
            text.Contains("ADD CONSTRAINT", StringComparison.Ordinal) && text.EndsWith("NOT VALID", StringComparison.Ordinal)
        );
        var validated = sql.FindIndex(text => text.Contains("VALIDATE CONSTRAINT", StringComparison.Ordinal));
        var dropped = sql.FindIndex(text => text.Contains("DROP CONSTRAINT", StringComparison.Ordinal));
        Assert.True(added >= 0 && added < validated && validated < dropped, string.Join("\n", sql));
    }

    [Theory]
    [InlineData(
        "ALTER TABLE public.data_bars ADD CONSTRAINT chk_src CHECK (source IN ('massive_api', 'ingest', 'backfill'))",
        "chk_src CHECK ((source = ANY (ARRAY['massive_api'::text, 'ingest'::text, 'backfill'::text, 'synthetic'::text])))"
    )]
    [InlineData(
        "ALTER TABLE public.data_bars ADD CONSTRAINT chk_src CHECK (source = 'ingest')",
        "chk_src CHECK (((source = 'ingest'::text) OR (source = 'synthetic'::text)))"
    )]
    [InlineData(
        "ALTER TABLE public.data_bars ADD CONSTRAINT \"a name\" CHECK (source <> 'synthetic' OR vol > 0)",
        "a name CHECK (((source <> 'synthetic'::text) OR (vol > (0)::numeric) OR (source = 'synthetic'::text)))"
    )]
    public async Task A_check_under_any_name_that_refuses_us_is_widened_by_us_alone_and_restored_by_undoing(string before, string after)
    {
        await using var host = await OpenAsync(before);
        var definitions = await Definitions.OfAsync(host);
        await PassesAsync(host);
        Assert.Equal(after, await Definitions.ChecksAsync(host));

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(definitions, await BackAsync(host));
    }

    [Fact]
    public async Task A_source_nobody_uses_today_is_still_let_in()
    {
        await using var host = await OpenAsync(
            "ALTER TABLE public.data_bars ADD CONSTRAINT data_bars_source_check CHECK (source IN ('ingest', 'back''fill'))"
        );
        await PassesAsync(host);
        Assert.Equal(
            1,
            await host.TestHost.RunAsync(
                "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', "
                    + "'1m', '2024-01-08Z', 1, 1, 1, 1, 'back''fill')"
            )
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.TestHost.RunAsync("UPDATE public.data_bars SET source = 'other'"));
        Assert.Contains(
            await host.TestHost.TextsAsync("SELECT detail->>'to' FROM dxy.run_event WHERE kind = 'source check widened'"),
            text => text.Contains("'back''fill', 'synthetic'", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Of_several_checks_each_that_refuses_us_is_widened()
    {
        await using var host = await OpenAsync(
            "ALTER TABLE public.data_bars ADD CONSTRAINT one CHECK (source IN ('ingest', 'massive_api')), ADD CONSTRAINT two CHECK "
                + "(length(source) < 8), ADD CONSTRAINT three CHECK (source <> '')"
        );
        var definitions = await Definitions.OfAsync(host);
        await PassesAsync(host);
        Assert.Contains("three CHECK ((source <> ''::text))", await Definitions.ChecksAsync(host), StringComparison.Ordinal);

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(definitions, await BackAsync(host));
    }

    [Fact]
    public async Task A_check_that_was_never_validated_stays_so_and_its_old_rows_stand()
    {
        await using var host = await OpenAsync("");
        await host.TestHost.RunAsync(
            "UPDATE public.data_bars SET source = 'ancient' WHERE canonical_symbol = 'USDSEK'; ALTER TABLE public.data_bars ADD "
                + "CONSTRAINT chk_src CHECK (source IN ('ingest')) NOT VALID"
        );
        var definitions = await Definitions.OfAsync(host);
        await PassesAsync(host);
        Assert.EndsWith("NOT VALID", await Definitions.ChecksAsync(host), StringComparison.Ordinal);

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(definitions, await BackAsync(host));
    }

    [Fact]
    public async Task While_rows_stand_there_that_the_old_check_refuses_it_is_not_put_back_and_somebody_has_to_accept_that()
    {
        await using var host = await OpenAsync("ALTER TABLE public.data_bars ADD CONSTRAINT chk_src CHECK (source IN ('ingest'))");
        await PassesAsync(host);
        await host.RollBackAsync();

        var run = await host.DriveAsync(Definitions.Steps, accept: false);
        Assert.Equal((RunState.Running, "schema/source-check"), (run.State, run.Step));
        Assert.Equal(GateVerdict.Warn, (await host.GatesAsync())["schema/source-check-undo"].Verdict);
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(Definitions.Steps)).State);
        Assert.Contains("'synthetic'", await Definitions.ChecksAsync(host), StringComparison.Ordinal);
        Assert.DoesNotContain("dxy_", await Definitions.ChecksAsync(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_on_another_column_that_refuses_a_bar_of_the_index_stops_the_run_and_is_named()
    {
        await using var host = await OpenAsync(
            "ALTER TABLE public.data_bars ADD CONSTRAINT pairs_only CHECK (length(canonical_symbol) = 6)"
        );
        var run = await host.DriveAsync(Definitions.Steps);
        Assert.Equal("schema/proof", run.Step);
        var gate = (await host.GatesAsync())["schema/checks"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("pairs_only", gate.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_may_be_NULL_is_for_somebody_to_accept()
    {
        await using var host = await OpenAsync("ALTER TABLE public.data_bars ALTER COLUMN source DROP NOT NULL");
        var run = await host.DriveAsync(Definitions.Steps, accept: false);
        Assert.Equal("schema/proof", run.Step);
        Assert.Equal(GateVerdict.Warn, (await host.GatesAsync())["schema/source-nulls"].Verdict);
        await PassesAsync(host);
    }

    [Fact]
    public async Task A_check_that_one_partition_alone_has_is_widened_there()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Minutes = 100,
                Partitioned = true,
                Before = "ALTER TABLE public.bars_2024b ADD CONSTRAINT chk_src CHECK (source IN ('ingest'))",
            }
        );
        await host.StartAsync();
        await PassesAsync(host);
        Assert.Equal(1, await Definitions.InsertDxyAsync(host, 80));
    }
}
