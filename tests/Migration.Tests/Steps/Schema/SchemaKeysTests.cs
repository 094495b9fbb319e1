using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Schema;

public sealed class SchemaKeysTests(TestServer server)
{
    const string Key = "(canonical_symbol, timeframe, ts_utc)";

    async Task<LegacyHost> OpenAsync(string before, bool mayBePartitioned = true)
    {
        var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Minutes = 20,
                MissingKey = true,
                Before = before,
                Partitioned = mayBePartitioned && LegacyOptions.AllPartitioned,
            }
        );
        await host.StartAsync();
        return host;
    }

    static async Task PassesAsync(LegacyHost host)
    {
        var run = await host.DriveAsync(Definitions.Steps);
        Assert.True(
            run.State == RunState.Completed,
            $"{run.Step}: {run.Error} {string.Join("; ", (await host.GatesAsync()).Values.Where(gate => gate.Verdict == GateVerdict.Fail))}"
        );
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["schema/key"].Verdict);
        Assert.Equal(1, await Definitions.InsertDxyAsync(host, 3));
        Assert.Equal(0, await Definitions.InsertDxyAsync(host, 3));
    }

    static async Task<Gate> StopsAsync(LegacyHost host, string gate)
    {
        var run = await host.DriveAsync(Definitions.Steps);
        Assert.Equal((RunState.Running, "schema/keys"), (run.State, run.Step));
        var found = (await host.GatesAsync())[gate];
        Assert.Equal(GateVerdict.Fail, found.Verdict);
        return found;
    }

    [Fact]
    public async Task A_key_that_is_there_is_taken_as_it_is_whatever_its_name_and_the_order_of_its_columns()
    {
        await using var host = await OpenAsync("CREATE UNIQUE INDEX whatever ON public.data_bars (ts_utc, canonical_symbol, timeframe)");
        var before = await Definitions.IndexesAsync(host);
        await PassesAsync(host);
        Assert.Equal(before, await Definitions.IndexesAsync(host));
    }

    [Theory]
    [InlineData("CREATE INDEX data_bars_unique_idx ON public.data_bars (canonical_symbol, timeframe, ts_utc)", "is not unique")]
    [InlineData(
        "CREATE UNIQUE INDEX data_bars_unique_idx ON public.data_bars (canonical_symbol, timeframe, ts_utc) WHERE timeframe = '1m'",
        "is partial"
    )]
    [InlineData(
        "CREATE UNIQUE INDEX data_bars_unique_idx ON public.data_bars (canonical_symbol, lower(timeframe), ts_utc)",
        "is on an expression"
    )]
    [InlineData(
        "CREATE UNIQUE INDEX data_bars_unique_idx ON public.data_bars (canonical_symbol, timeframe, ts_utc, source)",
        "is on (canonical_symbol, timeframe, ts_utc, source)"
    )]
    public async Task An_index_of_the_right_name_and_the_wrong_shape_is_seen_through_and_a_key_is_built(string before, string why)
    {
        // Made after the schema was applied, which refuses a host whose only key is wider than a bar's.
        await using var host = await OpenAsync("");
        await host.TestHost.RunAsync(before);
        await PassesAsync(host);
        Assert.Contains("data_bars_unique_idx", await Definitions.IndexesAsync(host), StringComparison.Ordinal);
        Assert.Contains("dxy_key_test-run", await Definitions.IndexesAsync(host), StringComparison.Ordinal);

        await using var keys = host.Data.CreateCommand(Sql.Text("checks/shape/keys.sql"));
        keys.Parameters.With("data_bars").With(false);
        await using var reader = await keys.ExecuteReaderAsync(TestHost.Token);
        var seen = new Dictionary<string, string>();
        while (await reader.ReadAsync(TestHost.Token))
        {
            seen[reader.GetString(1)] = reader.GetString(3);
        }

        Assert.Contains(why, seen["data_bars_unique_idx"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deferrable_key_stops_the_run_for_no_upsert_works_beside_it()
    {
        await using var host = await OpenAsync(
            "ALTER TABLE public.data_bars ADD CONSTRAINT late UNIQUE (canonical_symbol, timeframe, ts_utc) DEFERRABLE"
        );
        var gate = await StopsAsync(host, "schema/key");
        Assert.Equal("public.late is deferrable", gate.Observed);

        await host.TestHost.RunAsync("ALTER TABLE public.data_bars DROP CONSTRAINT late");
        await PassesAsync(host);
    }

    [Fact]
    public async Task An_INVALID_index_is_no_key_and_one_that_a_run_left_is_removed()
    {
        // No index of a partitioned table is built beside its writers, so none is left by a build that failed.
        await using var host = await OpenAsync("", mayBePartitioned: false);
        await host.TestHost.RunAsync("INSERT INTO public.data_bars SELECT * FROM public.data_bars LIMIT 1");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            host.TestHost.RunAsync($"CREATE UNIQUE INDEX CONCURRENTLY dxy_key_earlier_1 ON public.data_bars {Key}")
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            host.TestHost.RunAsync($"CREATE UNIQUE INDEX CONCURRENTLY data_bars_unique_idx ON public.data_bars {Key}")
        );
        await host.TestHost.RunAsync(
            "DELETE FROM public.data_bars WHERE ctid IN (SELECT max(ctid) FROM public.data_bars GROUP BY canonical_symbol, timeframe, "
                + "ts_utc HAVING count(*) > 1)"
        );
        await PassesAsync(host);

        var indexes = await Definitions.IndexesAsync(host);
        Assert.DoesNotContain("dxy_key_earlier_1", indexes, StringComparison.Ordinal);
        Assert.Contains("data_bars_unique_idx", indexes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_have_one_key_are_reported_with_their_keys_and_never_removed()
    {
        await using var host = await OpenAsync("");
        await host.TestHost.RunAsync(
            $"INSERT INTO public.data_bars SELECT * FROM public.data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc < '{TestHost.Minute(7)}'"
        );
        var rows = await host.TestHost.CountAsync("public.data_bars");

        var gate = await StopsAsync(host, "schema/duplicates");
        Assert.StartsWith(
            "7 keys have 14 rows, such as (EURUSD, 1m, 2024-03-04T08:00:00Z) 2 times; ",
            gate.Observed,
            StringComparison.Ordinal
        );
        Assert.Contains("delete the others", gate.Unblock, StringComparison.Ordinal);
        Assert.Equal(rows, await host.TestHost.CountAsync("public.data_bars"));
        Assert.Equal("", await Definitions.IndexesAsync(host));

        await host.TestHost.RunAsync(
            "DELETE FROM public.data_bars WHERE ctid IN (SELECT max(ctid) FROM public.data_bars GROUP BY canonical_symbol, timeframe, "
                + "ts_utc HAVING count(*) > 1)"
        );
        await PassesAsync(host);
    }

    [Fact]
    public async Task Rows_that_come_twice_while_the_index_is_built_stop_it_and_nothing_of_it_is_left()
    {
        await using var host = await OpenAsync("");
        var run = await host.DriveAsync(Definitions.Steps, interrupt: async (point, _) =>
        {
            if (point == "schema/keys:building")
            {
                await host.TestHost.RunAsync("INSERT INTO public.data_bars SELECT * FROM public.data_bars LIMIT 1");
            }
        });

        Assert.Equal("schema/keys", run.Step);
        Assert.StartsWith("1 keys have 2 rows", (await host.GatesAsync())["schema/duplicates"].Observed, StringComparison.Ordinal);
        await host.TestHost.RunAsync(
            "DELETE FROM public.data_bars WHERE ctid IN (SELECT max(ctid) FROM public.data_bars GROUP BY canonical_symbol, timeframe, "
                + "ts_utc HAVING count(*) > 1)"
        );
        await PassesAsync(host);
        Assert.DoesNotContain("false", await Definitions.IndexesAsync(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_columns_that_let_NULL_in_are_closed_unless_a_row_has_one()
    {
        await using var host = await OpenAsync(
            "ALTER TABLE public.data_bars ALTER COLUMN ts_utc DROP NOT NULL, ALTER COLUMN timeframe DROP NOT NULL"
        );
        await host.TestHost.RunAsync(
            "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', NULL, "
                + "'2024-01-08Z', 1, 1, 1, 1, 'ingest'), ('DXY', NULL, '2024-01-08Z', 1, 1, 1, 1, 'ingest')"
        );
        var before = await Definitions.OfAsync(host);

        var gate = await StopsAsync(host, "schema/null-keys");
        Assert.Equal("2 rows without timeframe", gate.Observed);
        Assert.Equal(before, await Definitions.OfAsync(host));

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE timeframe IS NULL");
        await PassesAsync(host);
        Assert.Equal(
            0,
            await host.TestHost.ValueAsync<long>(
                "SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.data_bars'::regclass AND attname IN ('canonical_symbol', "
                    + "'timeframe', 'ts_utc') AND NOT attnotnull"
            )
        );

        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(Definitions.Steps)).State);
        Assert.Equal(before, await Definitions.OfAsync(host));
    }

    [Fact]
    public async Task Tables_of_the_same_name_in_another_schema_are_not_looked_at()
    {
        await using var host = await OpenAsync(
            "CREATE SCHEMA aaa; CREATE TABLE aaa.data_bars (LIKE public.data_bars INCLUDING ALL, raw2 jsonb); CREATE UNIQUE INDEX "
                + "data_bars_unique_idx ON aaa.data_bars (canonical_symbol, timeframe, ts_utc)"
        );
        Assert.Equal("", await Definitions.IndexesAsync(host));
        await PassesAsync(host);
        Assert.Contains("dxy_key_test-run", await Definitions.IndexesAsync(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partitioned_table_gets_its_key_a_partition_at_a_time()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Minutes = 100,
                MissingKey = true,
                Partitioned = true,
                NarrowCheck = true,
                MissingColumns = true,
            }
        );
        await host.StartAsync();
        var before = await Definitions.OfAsync(host);
        var sql = new List<string>();
        await PassesAsync(host);

        sql.AddRange(
            await host.TestHost.TextsAsync("SELECT detail->>'sql' FROM dxy.run_event WHERE kind = 'definition changed' ORDER BY seq")
        );
        Assert.Equal(2, sql.Count(text => text.StartsWith("CREATE UNIQUE INDEX CONCURRENTLY", StringComparison.Ordinal)));
        Assert.Equal(2, sql.Count(text => text.Contains("ATTACH PARTITION", StringComparison.Ordinal)));

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'");
        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(Definitions.Steps)).State);
        Assert.Equal(Definitions.WithoutAdded(before), Definitions.WithoutAdded(await Definitions.OfAsync(host)));
        Assert.Equal("", await Definitions.IndexesAsync(host));
        Assert.Equal(0, await host.TestHost.ValueAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'dxy_key_%'"));
    }
}
