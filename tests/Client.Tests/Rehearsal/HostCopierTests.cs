using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Rehearsal;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Rehearsal;

public sealed class HostCopierTests(TestServer server)
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4, 8);

    static readonly string[] Tables = ["data_bars", "derived_data_bars", "core_asset_registry_all"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_has_the_hosts_rows_and_schema_and_a_role_that_may_only_read_is_enough()
    {
        await using var host = await MakeAsync(3);
        await using var copy = await server.CreateDatabaseAsync(Token);
        await host.RunAsync(
            "ALTER TABLE data_bars ADD COLUMN id bigserial NOT NULL, ADD COLUMN spread numeric GENERATED ALWAYS AS (high - low) STORED",
            Token
        );
        var reader = $"{host.Name}_reader";
        await host.RunAsync(
            $"CREATE ROLE {reader} LOGIN PASSWORD 'test'; GRANT SELECT ON data_bars, derived_data_bars, core_asset_registry_all TO "
                + $"{reader}",
            Token
        );
        var login = new NpgsqlConnectionStringBuilder(host.ConnectionString)
        {
            Username = reader,
            Password = "test",
            Pooling = false,
        }.ConnectionString;
        var made = await CopyAsync(login, copy, 400);

        Assert.Equal(Start, made.Start);
        Assert.Equal(6, made.Registry);
        Assert.Empty(made.Lost);
        foreach (var table in Tables)
        {
            Assert.Equal(await PrintAsync(host, table), await PrintAsync(copy, table));
            Assert.Equal(await KeysAsync(host, table), await KeysAsync(copy, table));
        }

        // The sequence goes on where the copied rows end.
        await copy.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')",
            Token
        );
        Assert.Equal(
            await copy.ValueAsync<long>("SELECT count(*) FROM data_bars", Token),
            await copy.ValueAsync<long>("SELECT max(id) FROM data_bars", Token)
        );
        await host.RunAsync($"REVOKE ALL ON data_bars, derived_data_bars, core_asset_registry_all FROM {reader}", Token);
        await copy.RunAsync($"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {reader}; DROP ROLE {reader}", Token);
    }

    [Fact]
    public async Task What_a_host_has_beside_its_tables_comes_with_them()
    {
        await using var host = await MakeAsync(2);
        await using var copy = await server.CreateDatabaseAsync(Token);
        var writer = $"{host.Name}_writer";
        await host.RunAsync(
            $$"""
            CREATE ROLE {{writer}} LOGIN;
            CREATE TYPE mood AS ENUM ('up', 'down');
            CREATE TABLE vendor (id int PRIMARY KEY, mood mood); INSERT INTO vendor VALUES (1, 'up'), (2, 'down');
            ALTER TABLE data_bars ADD COLUMN id bigserial, ADD COLUMN vendor int DEFAULT 1 REFERENCES vendor,
              ADD CONSTRAINT sane CHECK (close < 1000000) NOT VALID;
            CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
            CREATE TRIGGER stamp BEFORE UPDATE ON data_bars FOR EACH ROW EXECUTE FUNCTION stamp();
            CREATE VIEW latest AS SELECT canonical_symbol, max(ts_utc) AS newest FROM data_bars GROUP BY 1;
            GRANT SELECT, INSERT ON data_bars TO {{writer}};
            ALTER DATABASE {{host.Name}} SET jit = on; ALTER DATABASE {{host.Name}}
              SET jit_above_cost = 7; ALTER ROLE {{writer}} IN DATABASE {{host.Name}} SET work_mem = '5MB'
            """,
            Token
        );

        var made = await CopyAsync(host.ConnectionString, copy, 5);

        Assert.Empty(made.Lost);
        await using var fresh = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(copy.ConnectionString) { Pooling = false }.ConnectionString
        );
        await using var ask = fresh.CreateCommand(
            $"""
            SELECT concat_ws(' ', current_setting('jit'), current_setting('jit_above_cost'), (SELECT count(*) FROM vendor),
              (SELECT count(*) FROM pg_trigger WHERE tgname = 'stamp'),
              (SELECT count(*) FROM pg_constraint WHERE conname = 'sane' AND NOT convalidated), (SELECT count(*) FROM pg_constraint
                WHERE contype = 'f' AND conrelid = 'data_bars'::regclass),
              (SELECT count(*) FROM latest) > 5, has_table_privilege('{writer}', 'data_bars', 'INSERT'), has_sequence_privilege('{writer}',
                'data_bars_id_seq', 'USAGE'),
              (SELECT count(*) FROM pg_db_role_setting WHERE setconfig @> ARRAY['work_mem=5MB'] AND setdatabase = (SELECT oid
                FROM pg_database WHERE datname = current_database())))
            """
        );
        Assert.Equal("on 7 2 1 1 1 t t f 1", await ask.ExecuteScalarAsync(Token));
        await copy.RunAsync($"REVOKE ALL ON data_bars FROM {writer}", Token);
        await host.RunAsync($"REVOKE ALL ON data_bars FROM {writer}; DROP ROLE {writer}", Token);
    }

    [Theory]
    [InlineData("ALTER TABLE data_bars ADD CONSTRAINT fx_only CHECK (canonical_symbol <> 'DXY')", "fx_only")]
    [InlineData(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no index here''; END'; CREATE TRIGGER no BEFORE INSERT "
            + "ON derived_data_bars FOR EACH ROW WHEN (NEW.timeframe <> '1m') EXECUTE FUNCTION no()",
        "no index here"
    )]
    [InlineData(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not at commit''; END'; CREATE CONSTRAINT TRIGGER no "
            + "AFTER INSERT ON data_bars DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()",
        "not at commit"
    )]
    [InlineData("ALTER TABLE data_bars ENABLE ROW LEVEL SECURITY", "row-level security")]
    [InlineData(
        "ALTER TABLE data_bars ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY fx ON data_bars USING (true) WITH "
            + "CHECK (canonical_symbol <> 'DXY')",
        "row-level security"
    )]
    [InlineData("ALTER TABLE derived_data_bars ADD COLUMN desk text NOT NULL", "desk is NOT NULL")]
    [InlineData("ALTER TABLE derived_data_bars ALTER close TYPE numeric(10,8) USING 1", "derived_data_bars.close is numeric(10,8)")]
    [InlineData("CREATE DOMAIN short AS text CHECK (VALUE <> 'synthetic'); ALTER TABLE data_bars ALTER source TYPE short", "short_check")]
    public async Task A_broken_host_is_refused_in_its_copy_for_the_reason_for_which_it_is_refused(string harm, string reason)
    {
        await using var host = await server.CreateDatabaseAsync(Token);
        await using var copy = await server.CreateDatabaseAsync(Token);
        await host.RunAsync($"{HostTables.Base}; {HostTables.Hour}; {harm}", Token);
        await host.RunAsync(Sql.Text("roles/roles.sql"), Token);
        await CopyAsync(host.ConnectionString, copy, 5);

        var refusal = (await HostJudge.JudgeAsync(host.Data, null, Token)).Refusal;
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.Equal(refusal, (await HostJudge.JudgeAsync(copy.Data, null, Token)).Refusal);
    }

    [Fact]
    public async Task What_is_ours_stays_behind_and_what_can_not_be_read_is_named()
    {
        await using var host = await server.CreateInstalledDatabaseAsync();
        await using var copy = await server.CreateDatabaseAsync(Token);
        var reader = $"{host.Name}_reader";
        await host.RunAsync(
            $"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m',
              '2024-03-04T07:59Z', 1, 1, 1, 1, 'ingest');
            CREATE TABLE public.secret (id int); CREATE VIEW public.told AS SELECT * FROM public.secret;
            CREATE ROLE {reader} LOGIN PASSWORD 'test'; GRANT SELECT ON public.data_bars, public.derived_data_bars,
              public.core_asset_registry_all, public.told TO {reader}
            """,
            Token
        );
        var made = await CopyAsync(
            new NpgsqlConnectionStringBuilder(host.ConnectionString) { Username = reader, Password = "test" }.ConnectionString,
            copy,
            5
        );
        Assert.Contains("public.secret: this role may not read it", made.Lost);
        Assert.Contains(made.Lost, line => line.Contains("told", StringComparison.Ordinal));
        Assert.Equal(
            0,
            await copy.ValueAsync<long>(
                "SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy%') + (SELECT count(*) FROM pg_namespace WHERE nspname "
                    + "LIKE 'dxy%')",
                Token
            )
        );
        Assert.Equal(1, made.DataBars);
        await copy.RunAsync($"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {reader}", Token);
        await host.RunAsync($"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {reader}; DROP ROLE {reader}", Token);
    }

    [Fact]
    public async Task Only_the_days_asked_for_are_copied()
    {
        await using var host = await MakeAsync(7);
        await using var copy = await server.CreateDatabaseAsync(Token);
        await CopyAsync(host.ConnectionString, copy, 3);

        foreach (var table in (string[])["data_bars", "derived_data_bars"])
        {
            Assert.True(
                UtcTime.From(await copy.ValueAsync<DateTime>($"SELECT min(ts_utc) FROM {table}", Token))
                    >= Start - TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1)
            );
            Assert.Equal(
                await host.ValueAsync<long>(
                    $"SELECT count(*) FROM {table} WHERE ts_utc >= '{Start - TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1)}'",
                    Token
                ),
                await copy.ValueAsync<long>($"SELECT count(*) FROM {table}", Token)
            );
        }
    }

    [Fact]
    public async Task A_host_that_lacks_a_table_is_refused_by_name()
    {
        await using var host = await server.CreateDatabaseAsync(Token);
        await using var copy = await server.CreateDatabaseAsync(Token);

        var refused = await Assert.ThrowsAsync<FaultException>(() => CopyAsync(host.ConnectionString, copy, 3));

        Assert.Contains("public.data_bars", refused.Message, StringComparison.Ordinal);
    }

    async Task<TestDatabase> MakeAsync(int days)
    {
        var host = await server.CreateDatabaseAsync(Token);
        await new LegacyHostMaker(host.Data, new SimulatedMarket(new() { Pairs = SimulatedPair.EveryMinute })).MakeAsync(
            new LegacyHostPlan(Start, PairDays: days, IndexBars: 5_000),
            Token
        );
        return host;
    }

    async Task<HostCopy> CopyAsync(string from, TestDatabase copy, int days)
    {
        var folder = Directory.CreateTempSubdirectory("dxy-copy-").FullName;
        try
        {
            var to = new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Database = copy.Name }.ConnectionString;
            return await new HostCopier(from, to, folder).CopyAsync(
                days,
                new NpgsqlConnectionStringBuilder(copy.ConnectionString).Username!,
                Token
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Without the identity, whose numbers are the copy's own.
    static Task<string?> PrintAsync(TestDatabase database, string table) =>
        database.ValueAsync<string>(
            $"SELECT md5(string_agg((to_jsonb(t) - 'id')::text, ',' ORDER BY (to_jsonb(t) - 'id')::text COLLATE \"C\")) FROM {table} AS t",
            Token
        );

    static Task<string?> KeysAsync(TestDatabase database, string table) =>
        database.ValueAsync<string>(
            $"""
            SELECT string_agg(k.line, E'\n' ORDER BY k.line)
            FROM (SELECT pg_get_constraintdef(oid) AS line FROM pg_constraint WHERE conrelid = '{table}'::regclass
                  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{table}'::regclass
                  UNION ALL SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
                    pg_get_expr(d.adbin, d.adrelid))
                            FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                              WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0) AS k
            """,
            Token
        );
}
