using System.Text.Json;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Migrate;

/// <summary>A plan on a database of others, in which nothing of ours ever stood, by a login that may only SELECT.</summary>
public sealed class PlanOfOthersTests(TestServer server)
{
    const string Tables = """
        CREATE TABLE data_bars (id bigserial, canonical_symbol text NOT NULL, timeframe text NOT NULL, ts_utc timestamptz NOT NULL,
          open numeric(20,8), high numeric(20,8), low numeric(20,8), close numeric(20,8), vol numeric, vwap numeric, trade_count integer,
          is_partial boolean NOT NULL DEFAULT false, source text NOT NULL DEFAULT 'ingest', ingested_at timestamptz NOT NULL DEFAULT now(),
            raw jsonb DEFAULT '{}',
          created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), PRIMARY KEY (canonical_symbol, timeframe, ts_utc));
        CREATE TABLE derived_data_bars (LIKE data_bars INCLUDING DEFAULTS, derivation_version int NOT NULL DEFAULT 1,
          deleted_at timestamptz);
        CREATE UNIQUE INDEX ON derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL;
        CREATE TABLE core_asset_registry_all (canonical_symbol text PRIMARY KEY, asset_class text, description text, active boolean,
          test_active boolean,
          metadata jsonb DEFAULT '{}', created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
        INSERT INTO core_asset_registry_all (canonical_symbol, active) SELECT s, true
          FROM unnest('{EURUSD,USDJPY,GBPUSD,USDCAD,USDSEK,USDCHF}'::text[]) AS s;
        INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close)
        SELECT p.s, '1m', '2025-01-13T10:00Z'::timestamptz + i * interval '1 minute', p.v, p.v, p.v, p.v
        FROM (VALUES ('EURUSD',1.1),('USDJPY',150),('GBPUSD',1.27),('USDCAD',1.36),('USDSEK',10.5),('USDCHF',0.88)) AS p(s, v),
          generate_series(0, 9) AS i;
        INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close)
        SELECT 'DXY', '1m', '2025-01-13T10:00Z'::timestamptz + i * interval '1 minute', 101.94, 101.95, 101.93, 101.94
          FROM generate_series(0, 9) AS i;
        """;

    [Fact]
    public async Task It_needs_select_alone_and_leaves_no_trace()
    {
        await using var dxy = await HostAsync(server);
        var before = await TraceAsync(dxy);
        var plan = await dxy.RunAsync("migrate", "plan", "--json");
        Assert.Equal(0, plan.Code);
        Assert.Equal((false, "WARN"), (plan.Json.GetProperty("installed").GetBoolean(), plan.Json.GetProperty("verdict").GetString()));
        Assert.Equal(10, plan.Json.GetProperty("bars").GetProperty("missing").GetInt32());
        Assert.Contains("'./dxy db apply'", Gate(plan, "pre-flight/schema").GetProperty("unblock").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await dxy.RunAsync("migrate", "plan")).Code);
        Assert.Equal(before, await TraceAsync(dxy));
    }

    [Theory]
    [InlineData(
        "UPDATE derived_data_bars SET close = 'NaN' WHERE ts_utc = '2025-01-13T10:03Z'",
        "pre-flight/prices",
        "FAIL",
        "close is NaN"
    )]
    [InlineData("UPDATE derived_data_bars SET low = NULL WHERE ts_utc = '2025-01-13T10:03Z'", "pre-flight/prices", "FAIL", "low is null")]
    [InlineData(
        "UPDATE derived_data_bars SET high = 1 WHERE ts_utc = '2025-01-13T10:03Z'",
        "pre-flight/prices",
        "FAIL",
        "high 1.00000000, low 101.93000000"
    )]
    [InlineData(
        "UPDATE data_bars SET close = 'NaN' WHERE ts_utc = '2025-01-13T10:03Z' AND canonical_symbol = 'USDSEK'",
        "pre-flight/input-prices",
        "WARN",
        "USDSEK 2025-01-13 10:03:00+00: close is NaN"
    )]
    [InlineData(
        "UPDATE data_bars SET trade_count = 1 WHERE canonical_symbol = 'USDSEK'",
        "pre-flight/counts",
        "PASS",
        "in data_bars 60 and 50"
    )]
    [InlineData(
        "INSERT INTO core_asset_registry_all (canonical_symbol, active) VALUES ('DXY', false)",
        "pre-flight/registry",
        "FAIL",
        "DXY: inactive"
    )]
    [InlineData(
        "UPDATE core_asset_registry_all SET active = false WHERE canonical_symbol = 'USDSEK'",
        "pre-flight/registry",
        "WARN",
        "USDSEK: inactive"
    )]
    [InlineData(
        "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close) VALUES ('DXY', '1m', '2025-01-14T10:00Z', "
            + "100, 100, 100, 100)",
        "pre-flight/target-rows",
        "WARN",
        "1 in no other table"
    )]
    [InlineData(
        "GRANT SELECT, INSERT, UPDATE ON derived_data_bars TO {0}; GRANT SELECT, INSERT, UPDATE ON data_bars TO {0}",
        "pre-flight/writers",
        "WARN",
        "1 rights are missing to {0}"
    )]
    public async Task It_sees(string fact, string gate, string verdict, string observed)
    {
        await using var dxy = await HostAsync(server);
        await dxy.Database.RunAsync(fact.Replace("{0}", Role(dxy), StringComparison.Ordinal));
        var plan = await dxy.RunAsync("migrate", "plan", "--json");
        var seen = Gate(plan, gate);
        Assert.Equal(verdict, seen.GetProperty("verdict").GetString());
        Assert.Contains(
            observed.Replace("{0}", Role(dxy), StringComparison.Ordinal),
            seen.GetProperty("observed").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(verdict == "FAIL" ? 10 : 0, plan.Code);
    }

    [Fact]
    public async Task It_names_the_sequence_that_a_writer_has_no_right_on()
    {
        await using var dxy = await HostAsync(server);
        await dxy.Database.RunAsync($"GRANT SELECT, INSERT, UPDATE ON data_bars, derived_data_bars TO {Role(dxy)}");
        Assert.Contains(
            $"GRANT USAGE ON SEQUENCE data_bars_id_seq TO {Role(dxy)}",
            Gate(await dxy.RunAsync("migrate", "plan", "--json"), "pre-flight/writers").GetProperty("unblock").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task It_shows_the_statements_that_change_tables_as_they_would_be_sent()
    {
        await using var dxy = await HostAsync(server);
        var steps = (await dxy.RunAsync("migrate", "plan", "--json"))
            .Json.GetProperty("phases")
            .EnumerateArray()
            .SelectMany(phase => phase.GetProperty("steps").EnumerateArray())
            .ToDictionary(
                step => step.GetProperty("step").GetString()!,
                step => string.Join('\n', step.GetProperty("sql").EnumerateArray().Select(one => one.GetString()))
            );
        Assert.Contains("INSERT INTO public.data_bars", steps["copy/bars"], StringComparison.Ordinal);
        Assert.Contains("WHERE s.canonical_symbol = 'DXY'", steps["copy/bars"], StringComparison.Ordinal);
        Assert.Contains("UPDATE public.derived_data_bars AS s\nSET deleted_at = $5", steps["cleanup/remove"], StringComparison.Ordinal);
        Assert.Contains("INSERT INTO public.core_asset_registry_all", steps["derive/register"], StringComparison.Ordinal);
        Assert.Contains("CREATE OR REPLACE FUNCTION calc_dxy_range_1m", steps["derive/function"], StringComparison.Ordinal);
        var text = (await dxy.RunAsync("migrate", "plan", "--sql")).Out;
        Assert.Contains("DELETE FROM public.derived_data_bars", text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "DELETE FROM public.derived_data_bars",
            (await dxy.RunAsync("migrate", "plan")).Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task All_of_it_is_of_one_instant()
    {
        await using var dxy = await HostAsync(server);
        await using var snapshot = await PlanSnapshot.OpenAsync(
            new DatabaseSettings { Connection = dxy.Database.ConnectionString },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(10L, await CountAsync(snapshot));
        await dxy.Database.RunAsync("DELETE FROM derived_data_bars");
        Assert.Equal(10L, await CountAsync(snapshot));
        await using var write = snapshot.Data.CreateCommand("DELETE FROM data_bars");
        Assert.Equal(
            "25006",
            (await Assert.ThrowsAsync<PostgresException>(() => write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken))).SqlState
        );
    }

    [Fact]
    public async Task Where_our_schema_stands_and_the_login_may_not_look_into_it_that_is_said()
    {
        await using var dxy = await HostAsync(server);
        await dxy.Database.RunAsync("CREATE SCHEMA dxy");
        Assert.Contains(
            "GRANT dxy_reader",
            Gate(await dxy.RunAsync("migrate", "plan", "--json"), "pre-flight/schema").GetProperty("unblock").GetString(),
            StringComparison.Ordinal
        );
    }

    static async Task<long> CountAsync(PlanSnapshot snapshot)
    {
        await using var count = snapshot.Data.CreateCommand("SELECT count(*) FROM derived_data_bars");
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    static JsonElement Gate(Called plan, string name) =>
        plan.Json.GetProperty("gates").EnumerateArray().FirstOrDefault(gate => gate.GetProperty("gate").GetString() == name)
            is { ValueKind: JsonValueKind.Object } found
            ? found
            : throw new InvalidOperationException($"no gate {name}: {plan}");

    static string Role(Dxy dxy) => $"{dxy.Database.Name}_looks";

    static async Task<Dxy> HostAsync(TestServer server)
    {
        var dxy = await Dxy.OnAsync(server, schema: false);
        await dxy.Database.RunAsync(
            $"{Tables} CREATE ROLE {Role(dxy)} LOGIN PASSWORD 'test'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {Role(dxy)}"
        );
        dxy.Variables["DXY_DATABASE"] = new NpgsqlConnectionStringBuilder(dxy.Database.ConnectionString)
        {
            Username = Role(dxy),
            Password = "test",
        }.ConnectionString;
        return dxy;
    }

    // Rows and their versions, the catalog, and the counters.
    static Task<string?> TraceAsync(Dxy dxy) =>
        dxy.Database.ValueAsync<string>(
            """
            SELECT concat_ws(' ', (SELECT sum(hashtext(b::text || b.xmin)) FROM data_bars AS b), (SELECT sum(hashtext(b::text || b.xmin))
              FROM derived_data_bars AS b),
              (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_roles), (SELECT last_value FROM data_bars_id_seq))
            """
        );
}
