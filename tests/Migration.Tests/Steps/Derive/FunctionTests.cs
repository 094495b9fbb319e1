using System.Text.Json.Nodes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.Derive;

/// <summary>The plan's function, as callers by RPC meet it.</summary>
public sealed class FunctionTests(TestServer server)
{
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(240));

    const string Rows = "canonical_symbol = 'DXY' AND timeframe = '1m'";

    static async Task<TestHost> OpenAsync(TestServer server, string mode = "new", string before = "")
    {
        var host = await TestHost.OpenAsync(server, before);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await host.RunAsync("SET search_path = public; " + MigrationSql.Template("derive/calc_dxy_range_1m"));
        return host;
    }

    static string Call(int from, int to) =>
        $"SELECT public.calc_dxy_range_1m(p_from_utc => '{TestHost.Minute(from)}', p_to_utc => '{TestHost.Minute(to)}', "
        + "p_derivation_version => 1)::text";

    static async Task<JsonNode> CallAsync(TestHost host, int from, int to) =>
        JsonNode.Parse((await host.ValueAsync<string>(Call(from, to)))!)!;

    static string Counts(JsonNode result) => $"{result["inserted"]} {result["updated"]} {result["skipped"]} {result["unchanged"]}";

    [Theory]
    [InlineData("legacy", 5, 0)]
    [InlineData("both", 5, 5)]
    [InlineData("both_read_new", 5, 5)]
    [InlineData("new", 0, 5)]
    public async Task It_answers_the_plans_json_writes_by_the_route_and_a_second_call_writes_nothing(string mode, int old, int fresh)
    {
        await using var host = await OpenAsync(server, mode);
        await host.StoreAsync(TestHost.Minutes(0, 5).Concat([TestHost.Fx("EURUSD", 7)]));
        var result = await CallAsync(host, 0, 60);
        Assert.True((bool)result["success"]!);
        Assert.Equal("5 0 1 0", Counts(result));
        Assert.Equal((1, 54, true), ((int)result["version"]!, (int)result["absent"]! - 0, (bool)result["complete"]!));
        Assert.Equal(old, await host.CountAsync($"derived_data_bars WHERE {Rows}"));
        Assert.Equal(fresh, await host.CountAsync($"data_bars WHERE {Rows}"));

        const string Versions =
            $"SELECT string_agg(xmin::text || ctid::text, ',') FROM (SELECT xmin, ctid FROM data_bars WHERE {Rows} UNION ALL SELECT "
            + $"xmin, ctid FROM derived_data_bars WHERE {Rows}) AS b";
        var before = await host.ValueAsync<string>(Versions);
        Assert.Equal("0 0 1 5", Counts(await CallAsync(host, 0, 60)));
        Assert.Equal(before, await host.ValueAsync<string>(Versions));
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("both")]
    [InlineData("new")]
    public async Task What_it_stored_the_deriver_finds_equal_to_the_last_byte_of_its_provenance(string mode)
    {
        await using var host = await OpenAsync(server, mode);
        await host.StoreAsync(TestHost.Minutes(0, 200));
        Assert.Equal("200 0 0 0", Counts(await CallAsync(host, 0, 240)));
        var slices = new List<SliceOutcome>();
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal((0, 0, 200), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed), slices.Sum(slice => slice.Equal)));
        Assert.Empty(
            (await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(All, false, TestHost.Token)).Differences
        );
    }

    [Fact]
    public async Task Its_formula_is_the_one_in_numeric_at_eight_places()
    {
        await using var host = await OpenAsync(server);
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT p.s, '1m', timestamptz '{TestHost.Open}' + m * interval '1 minute', c.v, c.v, c.v, c.v, 'ingest'
            FROM (VALUES ('EURUSD', 1.1), ('USDJPY', 150), ('GBPUSD', 1.27), ('USDCAD', 1.36), ('USDSEK', 10.5), ('USDCHF', 0.88)) AS p(s,
              price),
                 generate_series(0, 999) AS m, LATERAL (SELECT round((p.price * (1 + CASE m WHEN 0 THEN 0
                   ELSE (hashtext(p.s || m) % 1000) * 0.0001 END))::numeric, 8) AS v) AS c
            """
        );
        Assert.Equal("1000 0 0 0", Counts(await CallAsync(host, 0, 1000)));
        Assert.Equal(
            103.04132390m,
            await host.ValueAsync<decimal>($"SELECT close FROM data_bars WHERE {Rows} AND ts_utc = '{TestHost.Open}'")
        );
        Assert.Equal(
            0,
            await host.ValueAsync<long>(
                $"""
                SELECT count(*) FROM data_bars AS d WHERE {Rows} AND d.close <> round(50.14348112 * exp(
                  (SELECT sum(x.e * ln(b.close)) FROM data_bars AS b
                   JOIN (VALUES ('EURUSD', -0.576), ('USDJPY', 0.136), ('GBPUSD', -0.119), ('USDCAD', 0.091), ('USDSEK', 0.042), ('USDCHF',
                     0.036)) AS x(s, e) ON x.s = b.canonical_symbol
                   WHERE b.timeframe = '1m' AND b.ts_utc = d.ts_utc)), 8)
                """
            )
        );
    }

    [Fact]
    public async Task The_registrys_factor_and_exponents_are_the_ones_used()
    {
        await using var host = await OpenAsync(server);
        await host.RunAsync("UPDATE core_asset_registry_all SET metadata = metadata || '{\"factor\": 60}' WHERE canonical_symbol = 'DXY'");
        await host.StoreAsync(TestHost.AllSix(0));
        await CallAsync(host, 0, 1);
        Assert.Empty(
            (await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(All, false, TestHost.Token)).Differences
        );
        await host.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata #- '{exponents,EURUSD}' WHERE canonical_symbol = 'DXY'"
        );
        Assert.Equal((false, "55000"), Failed(await CallAsync(host, 0, 1)));
    }

    [Fact]
    public async Task The_minute_in_progress_gives_no_bar()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await host.AtAsync(TestHost.Minute(2) + TimeSpan.FromSeconds(59));
        Assert.Equal("2 0 0 0", Counts(await CallAsync(host, 0, 60)));
        await host.AtAsync(TestHost.Minute(3));
        Assert.Equal("1 0 0 2", Counts(await CallAsync(host, 0, 60)));
    }

    [Theory]
    [InlineData("is_partial = true")]
    [InlineData("close = 'NaN'")]
    [InlineData("close = 0")]
    [InlineData("close = -1")]
    public async Task A_partial_input_or_one_that_is_no_price_gives_no_bar(string harm)
    {
        await using var host = await OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check");
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await host.RunAsync($"UPDATE data_bars SET {harm} WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{TestHost.Minute(1)}'");
        Assert.Equal("1 0 1 0", Counts(await CallAsync(host, 0, 60)));
    }

    [Fact]
    public async Task A_pair_with_two_closes_in_a_minute_gives_no_bar()
    {
        await using var host = await OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey");
        await host.RunAsync("CREATE INDEX ON data_bars (canonical_symbol, timeframe, ts_utc)");
        await host.RunAsync(LegacyTables.Fx(0, 2));
        await host.RunAsync(
            $"INSERT INTO data_bars SELECT * FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{TestHost.Minute(1)}'"
        );
        Assert.Equal("1 0 1 0", Counts(await CallAsync(host, 0, 60)));
    }

    [Fact]
    public async Task A_row_derived_anew_is_final_and_says_what_it_was_made_from()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        await host.RunAsync(
            $$"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source,
              raw)
            VALUES ('DXY', '1m', '{{TestHost.Open}}', 9, 9, 9, 9, 5, 9, 5, true, 'synthetic', '{"version": 0}')
            """
        );
        Assert.Equal("0 1 0 0", Counts(await CallAsync(host, 0, 1)));
        Assert.Equal(
            "f 0 0 1.0843 1",
            await host.ValueAsync<string>(
                $"SELECT concat_ws(' ', is_partial, vol, vwap, trade_count, raw->'inputs'->>'EURUSD', raw->>'version') FROM data_bars "
                    + $"WHERE {Rows}"
            )
        );
    }

    [Fact]
    public async Task What_was_sampled_with_the_same_close_and_what_another_version_derived_stand()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await CallAsync(host, 0, 2);
        await host.RunAsync(
            $$"""
            UPDATE data_bars SET high = high + 1, raw = '{"kind": "dxy", "migration": "m"}' WHERE {{Rows}} AND ts_utc = '{{TestHost.Minute(
                0
            )}}';
            UPDATE data_bars SET high = 120, close = 120, raw = raw || '{"version": 2}' WHERE {{Rows}} AND ts_utc = '{{TestHost.Minute(1)}}'
            """
        );
        var result = await CallAsync(host, 0, 2);
        Assert.Equal("0 0 0 1", Counts(result));
        Assert.Equal(1, (int)result["kept"]!);
        Assert.Equal(2, await host.CountAsync($"data_bars WHERE {Rows} AND high > open"));
    }

    [Theory]
    [InlineData("NULL, now()", "22004", "no argument may be null")]
    [InlineData("now(), NULL", "22004", "no argument may be null")]
    [InlineData("now(), now() + interval '1 minute', NULL", "22004", "no argument may be null")]
    [InlineData("now(), now()", "22023", "has to begin before it ends")]
    [InlineData("now(), now() - interval '1 minute'", "22023", "has to begin before it ends")]
    [InlineData("'-infinity', 'infinity'", "22007", "is infinite")]
    [InlineData("'0001-01-01Z', '9999-01-01Z'", "22023", "longer than 100 years")]
    [InlineData("now() + interval '9 hours', now() + interval '10 hours'", "22023", "time zone")]
    [InlineData("now() - interval '1 hour', now(), 3", "0A000", "version 1, not 3")]
    public async Task A_callers_mistake_is_answered_with_its_reason_and_nothing_is_written(string arguments, string state, string reason)
    {
        await using var host = await OpenAsync(server);
        await host.AtAsync(UtcTime.From(TimeProvider.System.GetUtcNow()));
        await host.StoreAsync(TestHost.Minutes(0, 2));
        var answer = JsonNode.Parse((await host.ValueAsync<string>($"SELECT public.calc_dxy_range_1m({arguments})::text"))!)!;
        Assert.Equal((false, state), Failed(answer));
        Assert.Contains(reason, (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), ((int)answer["inserted"]!, (int)answer["updated"]!, (int)answer["skipped"]!));
        Assert.Equal(0, await host.CountAsync($"data_bars WHERE {Rows}"));
    }

    [Theory]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK'", "no 1m bar of USDSEK")]
    [InlineData("UPDATE core_asset_registry_all SET active = false WHERE canonical_symbol = 'DXY'", "not active")]
    public async Task An_index_that_can_not_be_derived_is_answered_with_what_it_lacks(string lack, string reason)
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await host.RunAsync(lack);
        var answer = await CallAsync(host, 0, 2);
        Assert.Equal((false, "55000"), Failed(answer));
        Assert.Contains(reason, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_would_come_again_is_answered_and_what_was_done_before_it_stays()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(2000)));
        await host.AtAsync(TestHost.Minute(3000));
        await host.RunAsync(
            $"ALTER TABLE data_bars ADD CONSTRAINT early CHECK (canonical_symbol <> 'DXY' OR ts_utc < '{TestHost.Minute(1000)}')"
        );
        var answer = await CallAsync(host, 0, 2500);
        Assert.Equal((false, "23514"), Failed(answer));
        Assert.Equal((1, TestHost.Minute(2000).ToString()), ((int)answer["inserted"]!, (string)answer["next"]!));
        Assert.Equal(1, await host.CountAsync($"data_bars WHERE {Rows}"));
    }

    static (bool, string?) Failed(JsonNode answer) => ((bool)answer["success"]!, (string?)answer["sqlstate"]);

    [Fact]
    public async Task What_can_be_tried_again_reaches_the_caller_as_its_own_error()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        await using var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        await using (var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, TestHost.Token))
        {
            await using var call = new NpgsqlCommand(Call(0, 1), connection);
            Assert.Equal((false, "25001"), Failed(JsonNode.Parse((string)(await call.ExecuteScalarAsync(TestHost.Token))!)!));
        }

        await host.RunAsync(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$; "
                + "CREATE TRIGGER refuse BEFORE INSERT ON data_bars FOR EACH ROW EXECUTE FUNCTION refuse()"
        );
        Assert.Equal("40P01", (await Assert.ThrowsAsync<PostgresException>(() => host.RunAsync(Call(0, 1)))).SqlState);
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Asia/Tokyo")]
    public async Task The_sessions_time_zone_changes_nothing(string zone)
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await using var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        await using var call = new NpgsqlCommand($"SET timezone = '{zone}'; {Call(0, 60)}; ", connection);
        Assert.Equal("3 0 0 0", Counts(JsonNode.Parse((string)(await call.ExecuteScalarAsync(TestHost.Token))!)!));
        Assert.Equal(
            ["08:00", "08:01", "08:02"],
            await host.TextsAsync($"SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'HH24:MI') FROM data_bars WHERE {Rows} ORDER BY 1")
        );
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("both")]
    public async Task Twelve_callers_with_overlapping_ranges_end_without_a_deadlock(string mode)
    {
        await using var host = await OpenAsync(server, mode);
        await host.StoreAsync(TestHost.Minutes(0, 300));
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(async caller =>
                {
                    var inserted = 0;
                    for (var round = 0; round < 3; round++)
                    {
                        inserted += (int)(await CallAsync(host, caller * 10, 300 - (caller * 5)))["inserted"]!;
                    }

                    return inserted;
                })
        );
        Assert.Equal(300, results.Sum());
        Assert.Equal(300, await host.CountAsync($"derived_data_bars WHERE {Rows}"));
    }

    [Fact]
    public async Task A_long_range_is_done_within_one_call_while_its_time_lasts()
    {
        await using var host = await OpenAsync(server);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(40));
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(20_000)).Concat(TestHost.AllSix(31_000)));
        var answer = JsonNode.Parse(
            (await host.ValueAsync<string>($"SELECT calc_dxy_range_1m('{TestHost.Minute(-100_000)}', '{TestHost.Minute(50_000)}')::text"))!
        )!;
        Assert.True((bool)answer["success"]!);
        Assert.Equal(
            (3, true, null, null),
            ((int)answer["inserted"]!, (bool)answer["complete"]!, (string?)answer["next"], (string?)answer["error"])
        );
    }

    [Fact]
    public async Task What_a_call_has_no_time_for_is_no_success_and_begins_at_next()
    {
        await using var host = await OpenAsync(server);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(40));
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(20_000)).Concat(TestHost.AllSix(31_000)));
        var inserted = new List<int>();
        for (string? next = TestHost.Minute(-100_000).ToString(); next is not null; )
        {
            await using var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
            await using var call = new NpgsqlCommand(
                $"SET dxy.call_seconds = 0; SELECT calc_dxy_range_1m('{next}', '{TestHost.Minute(50_000)}')::text",
                connection
            );
            var answer = JsonNode.Parse((string)(await call.ExecuteScalarAsync(TestHost.Token))!)!;
            inserted.Add((int)answer["inserted"]!);
            next = (string?)answer["next"];
            Assert.Equal((next is null, next is null), ((bool)answer["complete"]!, (bool)answer["success"]!));
            Assert.Equal(next is null, answer["error"] is null);
        }

        // The last call finds that nothing follows.
        Assert.Equal([1, 1, 1, 0], inserted);
    }

    [Fact]
    public async Task A_partitioned_table_is_written_like_any()
    {
        await using var host = await OpenAsync(server, before: Partitioned.Tables);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        Assert.Equal("3 0 0 0", Counts(await CallAsync(host, 0, 60)));
        await host.StoreAsync(TestHost.Fx("EURUSD", 1, 1.2m));
        Assert.Equal("0 1 0 2", Counts(await CallAsync(host, 0, 60)));
    }

    [Fact]
    public async Task Who_shadows_our_tables_in_his_temporary_schema_gains_nothing()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        await using var mallory = await host.LoginAsync(
            "GRANT EXECUTE ON FUNCTION public.calc_dxy_range_1m TO {0}; GRANT USAGE ON SCHEMA dxy TO {0}; GRANT EXECUTE ON ALL "
                + "FUNCTIONS IN SCHEMA dxy TO {0}"
        );
        await using var connection = await mallory.OpenConnectionAsync(TestHost.Token);
        await using (
            var shadow = new NpgsqlCommand(
                """
                CREATE TEMP TABLE data_bars (canonical_symbol text, timeframe text, ts_utc timestamptz, close numeric, is_partial boolean);
                CREATE TEMP TABLE ran (who text);
                CREATE FUNCTION pg_temp.spring() RETURNS trigger LANGUAGE plpgsql
                  AS 'BEGIN INSERT INTO pg_temp.ran VALUES (current_user); RETURN NULL; END';
                CREATE TRIGGER spring AFTER INSERT OR UPDATE OR DELETE ON pg_temp.data_bars EXECUTE FUNCTION pg_temp.spring();
                """,
                connection
            )
        )
        {
            await shadow.ExecuteNonQueryAsync(TestHost.Token);
        }

        await using var call = new NpgsqlCommand(Call(0, 1), connection);
        Assert.Equal((false, "42501"), Failed(JsonNode.Parse((string)(await call.ExecuteScalarAsync(TestHost.Token))!)!));
        await using var ran = new NpgsqlCommand("SELECT count(*) FROM pg_temp.ran", connection);
        Assert.Equal(0L, await ran.ExecuteScalarAsync(TestHost.Token));
        Assert.Equal(0, await host.CountAsync($"data_bars WHERE {Rows}"));
    }

    [Fact]
    public async Task What_it_sets_for_its_transaction_ends_with_the_call()
    {
        await using var host = await OpenAsync(server);
        await using var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        await using var transaction = await connection.BeginTransactionAsync(TestHost.Token);
        await using var call = new NpgsqlCommand($"SET LOCAL lock_timeout = '123ms'; {Call(0, 1)}", connection);
        await call.ExecuteNonQueryAsync(TestHost.Token);
        await using var after = new NpgsqlCommand(
            "SELECT concat_ws(' ', current_setting('lock_timeout'), '<' || coalesce(current_setting('dxy.writer', true), '') || '>')",
            connection
        );
        Assert.Equal("123ms <>", await after.ExecuteScalarAsync(TestHost.Token));
    }
}
