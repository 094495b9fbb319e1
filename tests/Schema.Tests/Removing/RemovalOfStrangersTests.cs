using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Removing;

/// <summary>What isn't ours, but stands among it or leans on it, never goes with it. On a server of their own, as every removal.</summary>
public sealed class RemovalOfStrangersTests : IClassFixture<TestServer>
{
    const string Bar =
        "(canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '2031-03-04 08:00Z', 1, 1, 1, 1, "
        + "'ingest')";

    readonly TestServer _server;

    public RemovalOfStrangersTests(TestServer server) => _server = server;

    static Task<string> RefusedAsync(TestHost host, bool discardBackups = false) => RefusedAsync(host.Database, discardBackups);

    static async Task<string> RefusedAsync(TestDatabase database, bool discardBackups = false)
    {
        var fault = await Assert.ThrowsAsync<SchemaException>(() =>
            SchemaRemoval.RemoveAsync(database.Data, TestHost.Token, discardBackups)
        );
        var differences = await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token);
        Assert.DoesNotContain(differences, line =>
            line.StartsWith("missing: ", StringComparison.Ordinal) && !line.Contains(" on dxy.", StringComparison.Ordinal)
        );
        return fault.Message;
    }

    [Theory]
    [InlineData("CREATE TABLE dxy.my_bars AS SELECT 1 AS n", "table dxy.my_bars")]
    [InlineData("CREATE TABLE dxy_orleans.cluster AS SELECT 1 AS n", "table dxy_orleans.cluster")]
    [InlineData("CREATE SCHEMA dxy_backup; CREATE TABLE dxy_backup.of_mine AS SELECT 1 AS n", "table dxy_backup.of_mine")]
    [InlineData("CREATE VIEW dxy.newest AS SELECT 1 AS n", "view dxy.newest")]
    [InlineData("CREATE SEQUENCE dxy.ids", "sequence dxy.ids")]
    [InlineData("CREATE TYPE dxy.side AS ENUM ('bid', 'ask')", "type dxy.side")]
    [InlineData("CREATE FUNCTION dxy.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "function dxy.mine()")]
    [InlineData(
        "CREATE TABLE dxy.bars_2031 PARTITION OF public.data_bars FOR VALUES FROM ('2031-01-01Z') TO ('2032-01-01Z')",
        "table dxy.bars_2031, a partition of table public.data_bars"
    )]
    [InlineData("CREATE VIEW public.backlog AS SELECT * FROM dxy.due", "view public.backlog depends on table dxy.due")]
    [InlineData("CREATE VIEW public.needs AS SELECT * FROM dxy.dependency", "view public.needs depends on view dxy.dependency")]
    [InlineData(
        "CREATE TABLE public.notes (id bigint REFERENCES dxy.due)",
        "table constraint notes_id_fkey on public.notes depends on table dxy.due"
    )]
    [InlineData(
        "CREATE TABLE public.notes (at timestamptz DEFAULT dxy.now())",
        "default value for public.notes.at depends on function dxy.now()"
    )]
    [InlineData(
        "CREATE TABLE public.quotes (LIKE data_bars); CREATE TRIGGER mine AFTER DELETE ON public.quotes REFERENCING OLD TABLE AS "
            + "old_rows FOR EACH STATEMENT EXECUTE FUNCTION dxy.capture_delete('data_bars')",
        "trigger mine on public.quotes depends on function dxy.capture_delete()"
    )]
    [InlineData(
        "CREATE FUNCTION public.lag() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM dxy.due /* the backlog */'",
        "function public.lag()"
    )]
    public async Task What_is_not_ours_is_named_and_nothing_goes(string made, string named)
    {
        await using var database = await _server.CreateInstalledDatabaseAsync(Partitioned.Tables, null, TestHost.Token);
        await database.RunAsync(made, TestHost.Token);
        Assert.Contains(named, await RefusedAsync(database), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_only_speaks_of_us_in_a_comment_is_no_hindrance()
    {
        await using var host = await TestHost.OpenAsync(_server);
        await host.RunAsync("CREATE FUNCTION public.lag() RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint -- as dxy.due once said\n $$");
        await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token);
        Assert.Equal(1, await host.ValueAsync<long>("SELECT public.lag()"));
    }

    [Fact]
    public async Task A_partition_that_landed_in_our_schema_keeps_its_rows_and_moves_out_before_we_go()
    {
        await using var database = await _server.CreateInstalledDatabaseAsync(Partitioned.Tables, null, TestHost.Token);
        await database.RunAsync(
            $"CREATE TABLE dxy.bars_2031 PARTITION OF public.data_bars FOR VALUES FROM ('2031-01-01Z') TO ('2032-01-01Z'); INSERT INTO "
                + $"data_bars {Bar}",
            TestHost.Token
        );
        await RefusedAsync(database);
        Assert.Equal(1, await database.ValueAsync<long>("SELECT count(*) FROM dxy.bars_2031", TestHost.Token));

        await database.RunAsync("ALTER TABLE dxy.bars_2031 SET SCHEMA public", TestHost.Token);
        var result = await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        Assert.Equal(1, await database.ValueAsync<long>("SELECT count(*) FROM data_bars", TestHost.Token));
        Assert.Equal(1, result.Rows);
    }

    [Theory]
    [InlineData("running", "forward", "migrate rollback r1")]
    [InlineData("paused", "forward", "migrate rollback r1")]
    [InlineData("failed", "back", "on its way back")]
    public async Task While_a_migration_is_unfinished_nothing_goes(string state, string direction, string told)
    {
        await using var host = await TestHost.OpenAsync(_server);
        await host.RunAsync(
            $$"""
            INSERT INTO dxy.run (name, symbol, state, direction, phase, step, settings, target, started_at) VALUES ('r1', 'DXY',
              '{{state}}', '{{direction}}', 4, 'x', '{}', '{}', dxy.now());
            """
        );
        Assert.Contains(told, await RefusedAsync(host), StringComparison.Ordinal);
        await RefusedAsync(host, discardBackups: true);
    }

    [Fact]
    public async Task A_backup_that_a_way_back_needs_goes_only_when_that_is_said()
    {
        await using var host = await TestHost.OpenAsync(_server);
        await host.RunAsync(
            """
            INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at, retention_until)
            VALUES ('r1', 'DXY', 'completed', 9, 'x', '{}', '{}', dxy.now(), dxy.now() + interval '9 days'), ('r0', 'DXY', 'rolled_back',
              4, 'x', '{}', '{}', dxy.now(), NULL);
            CREATE SCHEMA dxy_backup; CREATE TABLE dxy_backup."r1_data_bars" (LIKE data_bars); CREATE TABLE
              dxy_backup."r0_derived_data_bars" (LIKE data_bars);
            """
        );
        var told = await RefusedAsync(host);
        Assert.Contains("2024-03-14T08:00:00Z the migration r1 can be taken back", told, StringComparison.Ordinal);
        Assert.Contains("--discard-backups", told, StringComparison.Ordinal);
        await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token, discardBackups: true);
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dxy%'"));
    }

    [Theory]
    [InlineData(
        "UPDATE core_asset_registry_all SET description = 'mine', updated_at = dxy.now() + interval '1 second' WHERE canonical_symbol = "
            + "'DXY'",
        "public.core_asset_registry_all (it holds symbols of yours)"
    )]
    [InlineData(
        "INSERT INTO core_asset_registry_all (canonical_symbol) VALUES ('EURX')",
        "public.core_asset_registry_all (it holds symbols of yours)"
    )]
    [InlineData("CREATE VIEW public.closes AS SELECT close FROM public.data_bars", "public.data_bars (view public.closes depends on it)")]
    [InlineData(
        "CREATE TABLE public.notes (symbol text REFERENCES public.core_asset_registry_all)",
        "public.core_asset_registry_all (table constraint notes_symbol_fkey on public.notes depends on it)"
    )]
    public async Task A_table_we_made_stays_where_somebody_came_to_need_it(string made, string kept)
    {
        await using var host = await TestHost.OpenAsync(_server);
        await host.RunAsync(made);
        Assert.Contains(kept, (await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token)).Kept);
    }

    [Fact]
    public async Task A_trigger_of_somebody_elses_with_a_name_like_ours_stays()
    {
        await using var host = await TestHost.OpenAsync(_server);
        await host.StoreAsync(TestHost.Fx("EURUSD", 0));
        await host.RunAsync(
            """
            CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER dxy_capture_audit AFTER INSERT ON public.data_bars FOR EACH STATEMENT EXECUTE FUNCTION public.audit();
            """
        );
        await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token);
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname = 'dxy_capture_audit'"));
    }
}
