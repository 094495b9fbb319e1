using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Checking;

public sealed class RightsTests(TestServer server)
{
    static async Task RunAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static async Task RefusedAsync(NpgsqlDataSource data, string sql)
    {
        var fault = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(data, sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
    }

    [Fact]
    public async Task A_member_of_dxy_silo_can_do_all_that_a_silo_does()
    {
        await using var host = await TestHost.OpenAsync(server);
        var silo = await host.LoginAsync("GRANT dxy_silo TO {0}");

        await RunAsync(silo, "SELECT dxy.adopt_targets()");
        await new BarStore(silo, TimeProvider.System).WriteAsync(TestHost.Minutes(0, 5), BarSource.Ingest, false, TestHost.Token);
        await new BarStore(silo, TimeProvider.System).WriteAsync(TestHost.Minutes(5, 200), BarSource.Ingest, false, TestHost.Token);
        var due = new DueStore(silo);
        Assert.True(await due.ExpandAsync(TestHost.Token) > 0);
        await due.RequestAsync(
            Series.Parse("DXY/1m"),
            new TimeRange(TestHost.Minute(0), TestHost.Minute(9)),
            "request",
            null,
            prune: true,
            TestHost.Token
        );
        var registry = await new RegistryStore(silo).LoadAsync(TestHost.Token);
        foreach (var target in registry.Targets)
        {
            var rule = TargetRules.For(registry, target, new DerivingOptions())!;
            await new Deriver(silo, rule).DrainAsync(null, TestHost.Token);
            Assert.Empty(
                (
                    await new TargetVerifier(silo, rule).CompareAsync(
                        new TimeRange(TestHost.Minute(0), TestHost.Minute(205)),
                        false,
                        TestHost.Token
                    )
                ).Differences
            );
        }

        var forming = new FormingBarStore(silo);
        var bar = FormingBar.Begin(TestHost.One("EURUSD"), new Quote(TestHost.Minute(0), 1.1m));
        Assert.True(await forming.SaveAsync(new SavedForming(bar, BarSource.Vendor, 0), TestHost.Token));
        Assert.Single(await forming.LoadAsync(bar.Series, TestHost.Token));
        Assert.Single(await forming.OverdueAsync(TestHost.Token));
        await forming.RemoveAsync(bar.Series, bar.Time, TestHost.Token);
        await due.RetryAsync(TestHost.Token);
        Assert.Empty(await due.ListAsync(false, TestHost.Token));
    }

    [Fact]
    public async Task A_member_of_dxy_silo_can_use_every_table_of_orleans()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Empty(
            await host.TextsAsync(
                """
                SELECT c.relname || p.name FROM pg_class AS c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p(name)
                WHERE c.relnamespace = 'dxy_orleans'::regnamespace AND c.relkind = 'r' AND NOT has_table_privilege('dxy_silo', c.oid,
                  p.name)
                """
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                """
                SELECT p.proname::text FROM pg_proc AS p
                WHERE p.pronamespace = 'dxy_orleans'::regnamespace AND NOT has_function_privilege('dxy_silo', p.oid, 'EXECUTE')
                """
            )
        );
    }

    [Theory]
    [InlineData("INSERT INTO dxy.route VALUES ('DXY', 'legacy', 1, now())")]
    [InlineData("UPDATE dxy.route SET epoch = 7")]
    [InlineData("SELECT dxy.flip_route('DXY', 'legacy')")]
    [InlineData("INSERT INTO dxy.clock VALUES (true, now(), now(), 2)")]
    [InlineData("DELETE FROM dxy.clock")]
    [InlineData(
        "INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at) VALUES ('x', '{}', '{}', now(), "
            + "now(), now())"
    )]
    [InlineData("UPDATE dxy.correction SET close = 1")]
    [InlineData("DELETE FROM dxy.correction")]
    [InlineData("UPDATE public.core_asset_registry_all SET active = false")]
    [InlineData("CREATE TABLE dxy.mine (id integer)")]
    [InlineData("ALTER TABLE public.data_bars DISABLE TRIGGER dxy_capture_insert")]
    [InlineData("TRUNCATE public.data_bars")]
    public async Task And_no_more(string forbidden)
    {
        await using var host = await TestHost.OpenAsync(server);
        await RefusedAsync(await host.LoginAsync("GRANT dxy_silo TO {0}"), forbidden);
    }

    [Fact]
    public async Task A_member_of_dxy_reader_reads_and_nothing_else()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        var reader = await host.LoginAsync("GRANT dxy_reader TO {0}");
        foreach (
            var name in await host.TextsAsync(
                "SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE "
                    + "n.nspname IN ('dxy', 'public') AND c.relkind IN ('r', 'p') AND c.relname <> 'journal' AND NOT c.relispartition"
            )
        )
        {
            await RunAsync(reader, $"SELECT count(*) FROM {name}");
            await RefusedAsync(reader, $"DELETE FROM {name}");
        }

        await RunAsync(reader, "SELECT * FROM dxy.dependency");
        await RunAsync(reader, "SELECT dxy.now()");
        await RefusedAsync(reader, "SELECT dxy.expand_changes()");
        await RefusedAsync(reader, "SELECT dxy.adopt_targets()");
        await RefusedAsync(reader, "SELECT dxy.lock_target('DXY', '1m')");
        await RefusedAsync(
            reader,
            "INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at) VALUES ('a', '1m', now(), now() + interval '1 "
                + "minute', 'request', now())"
        );
    }

    [Fact]
    public async Task An_ingest_role_that_knows_nothing_of_us_can_write_and_is_heard()
    {
        await using var host = await TestHost.OpenAsync(server);
        var ingest = await host.LoginAsync("GRANT INSERT, UPDATE ON public.data_bars TO {0}");
        await RunAsync(
            ingest,
            "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')"
        );
        await RunAsync(ingest, "UPDATE public.data_bars SET vol = 5");

        Assert.Equal(2, await host.CountAsync("dxy.change"));
        Assert.Equal(1, await host.CountAsync("dxy.correction"));
        await RefusedAsync(ingest, "SELECT * FROM dxy.change");
        await RefusedAsync(ingest, "SELECT dxy.now()");
    }

    [Fact]
    public async Task Tables_of_our_names_in_the_writers_temporary_schema_are_never_written()
    {
        await using var host = await TestHost.OpenAsync(server);
        var ingest = await host.LoginAsync("GRANT INSERT, UPDATE ON public.data_bars TO {0}");
        await using var connection = await ingest.OpenConnectionAsync(TestHost.Token);
        foreach (
            var sql in new[]
            {
                "CREATE TEMP TABLE change (id integer); CREATE TEMP TABLE correction (id integer); CREATE TEMP TABLE clock (id integer)",
                "CREATE TEMP TABLE new_rows (id integer); CREATE TEMP TABLE old_rows (id integer); CREATE TEMP TABLE data_bars (id "
                    + "integer)",
                "SET search_path = pg_temp, public",
                "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', "
                    + "'1m', '2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')",
                "UPDATE public.data_bars SET vol = 5",
            }
        )
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.Equal(2, await host.CountAsync("dxy.change"));
        Assert.Equal(1, await host.CountAsync("dxy.correction"));
        await using var shadow = new NpgsqlCommand(
            "SELECT (SELECT count(*) FROM pg_temp.change) + (SELECT count(*) FROM pg_temp.correction)",
            connection
        );
        Assert.Equal(0L, await shadow.ExecuteScalarAsync(TestHost.Token));
    }
}
