using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Capture;

/// <summary>What a subscription brings is captured row by row; nobody else pays for that.</summary>
public sealed class ReplicationTests(TestServer server)
{
    static async Task RunAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static async Task ReplicaAsync(TestHost host, string sql) =>
        await RunAsync(host.Database.Admin, $"SET session_replication_role = replica; {sql}; RESET session_replication_role");

    static Task<List<string>> ChangesAsync(TestHost host) =>
        host.TextsAsync(
            "SELECT table_name || array_to_string(symbols, ',') || to_char(first_ts AT TIME ZONE 'UTC', ' HH24:MI') || to_char(last_ts "
                + "AT TIME ZONE 'UTC', ' HH24:MI') FROM dxy.change ORDER BY id"
        );

    [Fact]
    public async Task A_replicas_rows_are_told_as_a_statements_are_and_the_old_values_kept()
    {
        await using var host = await TestHost.OpenAsync(server);
        const string Values =
            "(canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '2024-03-04 08:00Z', 1, 1, "
            + "1, 1, 'ingest')";
        await ReplicaAsync(host, $"INSERT INTO data_bars {Values}");
        await ReplicaAsync(host, "UPDATE data_bars SET close = 1.0, updated_at = now(), raw = '{}'");
        await ReplicaAsync(host, "UPDATE data_bars SET vol = 7");
        await ReplicaAsync(host, "UPDATE data_bars SET ts_utc = '2024-03-04 08:05Z'");
        await ReplicaAsync(host, "DELETE FROM data_bars");
        Assert.Equal(
            ["data_barsEURUSD 08:00 08:00", "data_barsEURUSD 08:00 08:00", "data_barsEURUSD 08:00 08:05", "data_barsEURUSD 08:05 08:05"],
            await ChangesAsync(host)
        );
        Assert.Equal(
            ["0 false 08:00", "7 true 08:00", "7 true 08:05"],
            await host.TextsAsync(
                "SELECT vol || ' ' || deleted || to_char(ts_utc AT TIME ZONE 'UTC', ' HH24:MI') FROM dxy.correction ORDER BY id"
            )
        );

        await host.RunAsync("DELETE FROM dxy.change");
        await ReplicaAsync(host, $"INSERT INTO derived_data_bars {Values}".Replace("'ingest'", "'synthetic'", StringComparison.Ordinal));
        await ReplicaAsync(host, "UPDATE derived_data_bars SET deleted_at = now()");
        await ReplicaAsync(host, "UPDATE derived_data_bars SET vol = 9");
        await ReplicaAsync(host, "UPDATE derived_data_bars SET deleted_at = NULL");
        Assert.Equal(3, (await ChangesAsync(host)).Count);
    }

    [Fact]
    public async Task Rows_that_no_bar_can_be_made_of_fail_nobody()
    {
        await using var host = await TestHost.OpenAsync(
            server,
            """
            CREATE TABLE public.data_bars (canonical_symbol text, timeframe text, ts_utc timestamptz, open numeric, high numeric,
              low numeric, close numeric, vol numeric,
              vwap numeric, trade_count bigint, is_partial boolean, source text, ingested_at timestamptz, raw jsonb,
                created_at timestamptz, updated_at timestamptz, deleted text);
            CREATE UNIQUE INDEX ON public.data_bars (canonical_symbol, timeframe, ts_utc);
            """
        );
        await ReplicaAsync(
            host,
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, close, trade_count, deleted) VALUES (NULL, NULL, NULL, 1, 1, 'no'),
              ('EURUSD', '1m', 'infinity', 'NaN', 99999999999, 'x'), ('EURUSD', '1m', '2024-03-04 08:00Z', NULL, NULL, 'y')
            """
        );
        await ReplicaAsync(host, "UPDATE data_bars SET close = 2");
        await ReplicaAsync(host, "DELETE FROM data_bars");
        Assert.Equal(6, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task Partitions_made_later_tell_what_a_replica_brings()
    {
        await using var host = await TestHost.OpenAsync(server, Partitioned.Tables);
        await host.RunAsync(
            "CREATE TABLE public.bars_2031 PARTITION OF public.data_bars FOR VALUES FROM ('2031-01-01Z') TO ('2032-01-01Z')"
        );
        await ReplicaAsync(
            host,
            "INSERT INTO bars_2031 (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2031-03-04 08:00Z', 1, 1, 1, 1, 'ingest')"
        );
        Assert.Equal(["data_barsEURUSD 08:00 08:00"], await ChangesAsync(host));
    }

    [Fact]
    public async Task Bars_that_a_subscription_brings_are_derived_and_one_that_brings_ours_is_named()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.SkipUnless(
            await host.ValueAsync<string>("SELECT current_setting('wal_level')") == "logical",
            "the server's wal_level isn't logical"
        );
        await using var source = await TestHost.OpenAsync(server);
        var login = new NpgsqlConnectionStringBuilder(source.Database.AdminConnectionString);
        await source.StoreAsync(TestHost.Minutes(0, 3));
        var name = host.Database.Name;
        await RunAsync(source.Database.Admin, "CREATE PUBLICATION bars FOR TABLE data_bars, dxy.forming_bar");
        await RunAsync(source.Database.Admin, $"SELECT pg_create_logical_replication_slot('{name}', 'pgoutput')");
        try
        {
            await RunAsync(
                host.Database.Admin,
                $"CREATE SUBSCRIPTION fx CONNECTION 'host={login.Host} port={login.Port} user={login.Username} "
                    + $"password={login.Password} dbname={login.Database}' PUBLICATION bars WITH (create_slot = false, slot_name = "
                    + $"'{name}')"
            );
            await source.StoreAsync(TestHost.Minutes(3, 3));
            await source.RunAsync(
                "UPDATE data_bars SET close = close * 1.001, high = high * 1.001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                    + "'2024-03-04 08:01Z'"
            );
            for (
                var wait = 0;
                wait < 200
                    && await host.ValueAsync<decimal>("SELECT coalesce(sum(close), 0) FROM data_bars WHERE canonical_symbol <> 'DXY'")
                        != await source.ValueAsync<decimal>("SELECT sum(close) FROM data_bars WHERE canonical_symbol <> 'DXY'");
                wait++
            )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestHost.Token);
            }

            await host.DrainAsync();
            Assert.Equal(
                6,
                await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'")
            );
            Assert.Equal(0, await host.CountAsync("dxy.missed"));
            var found = Assert.Single(await Subscriptions.ReadAsync(host.Data, TestHost.Token));
            Assert.Equal(("fx", "public.data_bars", "dxy.forming_bar"), (found.Name, Assert.Single(found.Bars), Assert.Single(found.Ours)));
            Assert.Contains(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token), line =>
                line.Contains("subscription fx", StringComparison.Ordinal)
            );
        }
        finally
        {
            await RunAsync(host.Database.Admin, "ALTER SUBSCRIPTION fx DISABLE");
            await RunAsync(host.Database.Admin, "ALTER SUBSCRIPTION fx SET (slot_name = NONE)");
            await RunAsync(host.Database.Admin, "DROP SUBSCRIPTION fx");
            await RunAsync(
                source.Database.Admin,
                $"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{name}' AND active"
            );
            for (
                var wait = 0;
                wait < 100
                    && await source.ValueAsync<bool>(
                        $"SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{name}' AND active)"
                    );
                wait++
            )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestHost.Token);
            }

            await RunAsync(
                source.Database.Admin,
                $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '{source.Database.Name}'"
            );
        }
    }

    [Fact]
    public async Task Where_all_tables_are_published_we_work_as_anywhere()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.SkipUnless(
            await host.ValueAsync<string>("SELECT current_setting('wal_level')") == "logical",
            "the server's wal_level isn't logical"
        );
        await RunAsync(host.Database.Admin, "CREATE PUBLICATION everything FOR ALL TABLES");
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.DrainAsync();
        Assert.Equal(0, await host.CountAsync("dxy.change"));
        await host.RunAsync(
            """
            INSERT INTO dxy_orleans.grain_state (id_hash, type_hash, id_n0, id_n1, type_name, service_id, version) VALUES (1, 1, 1, 1, 't',
              's', 1);
            UPDATE dxy_orleans.grain_state SET version = version + 1;
            DELETE FROM dxy_orleans.grain_state;
            """
        );
        Assert.Equal(60, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
    }
}
