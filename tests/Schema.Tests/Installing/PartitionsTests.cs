using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Installing;

/// <summary>A <c>data_bars</c> that was made in monthly partitions.</summary>
public sealed class PartitionsTests(TestServer server)
{
    [Fact]
    public async Task Every_month_from_the_first_to_three_ahead_has_a_partition_and_every_partition_its_triggers()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var partitions = await host.TextsAsync(
            "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = "
                + "'public.data_bars'::regclass ORDER BY 1"
        );
        var now = TimeProvider.System.GetUtcNow();
        Assert.Contains("data_bars_2024_01", partitions);
        Assert.DoesNotContain("data_bars_2023_12", partitions);
        Assert.Contains($"data_bars_{now.AddMonths(3):yyyy_MM}", partitions);
        Assert.Equal(((now.Year - 2024) * 12) + now.Month + 3 + 2, partitions.Count);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_bar_of_any_time_has_a_place_and_is_told()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.RunAsync("DELETE FROM dxy.change");
        await host.RunAsync(
            """
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['1999-01-04 00:00Z', '2024-03-04 08:00Z',
              '2099-01-01 00:00Z']::timestamptz[]) AS t
            """
        );
        Assert.Equal(
            ["data_bars_2024_03", "data_bars_before", "data_bars_default"],
            await host.TextsAsync("SELECT tableoid::regclass::text FROM public.data_bars ORDER BY 1")
        );
        Assert.Equal(
            ["1999-01-04 to 2099-01-01"],
            await host.TextsAsync("SELECT to_char(first_ts, 'YYYY-MM-DD') || ' to ' || to_char(last_ts, 'YYYY-MM-DD') FROM dxy.change")
        );
    }

    [Fact]
    public async Task What_is_written_straight_into_a_month_is_told_too()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.RunAsync("DELETE FROM dxy.change");
        await host.RunAsync(
            "INSERT INTO public.data_bars_2024_03 (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES "
                + "('EURUSD', '1m', '2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')"
        );
        Assert.Equal(["data_bars"], await host.TextsAsync("SELECT table_name FROM dxy.change"));
    }

    [Fact]
    public async Task A_silo_makes_the_months_ahead_as_market_time_goes_on_and_nothing_besides()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var silo = await host.LoginAsync("GRANT dxy_silo TO {0}");
        await host.AtAsync(UtcTime.From(TimeProvider.System.GetUtcNow().AddMonths(2)));
        Assert.Equal(2, await Partitions.KeepAheadAsync(silo, TestHost.Token));
        Assert.Equal(0, await Partitions.KeepAheadAsync(silo, TestHost.Token));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));

        await using var any = silo.CreateCommand("SELECT dxy.make_months('1900-01-01')");
        Assert.Equal(
            PostgresErrorCodes.InsufficientPrivilege,
            (await Assert.ThrowsAsync<PostgresException>(() => any.ExecuteNonQueryAsync(TestHost.Token))).SqlState
        );
    }

    [Fact]
    public async Task An_apply_makes_the_months_ahead_and_says_so_before()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var installer = new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System);
        Assert.Empty(await installer.ApplyAsync(TestHost.Token));

        await host.AtAsync(UtcTime.From(TimeProvider.System.GetUtcNow().AddMonths(1)));
        Assert.Equal("SELECT dxy.keep_months();", Assert.Single(await installer.PlanAsync(TestHost.Token)).Text);
        Assert.Single(await installer.ApplyAsync(TestHost.Token));
        Assert.Empty(await installer.PlanAsync(TestHost.Token));
    }

    [Fact]
    public async Task A_month_whose_bars_came_before_its_partition_stays_where_they_are_and_the_next_gets_its_own()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var now = TimeProvider.System.GetUtcNow();
        var late = now.AddMonths(4);
        await host.RunAsync(
            $"INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', "
                + $"'1m', '{late:yyyy-MM}-02 08:00Z', 1, 1, 1, 1, 'ingest')"
        );
        await host.AtAsync(UtcTime.From(now.AddMonths(2)));
        Assert.Equal(1, await Partitions.KeepAheadAsync(host.Data, TestHost.Token));
        Assert.Equal(1, await host.CountAsync("public.data_bars_default"));
        Assert.Equal(0, await host.CountAsync($"public.data_bars_{now.AddMonths(5):yyyy_MM}"));
    }

    [Fact]
    public async Task Months_are_made_while_others_read_and_write()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await using var other = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await other.BeginTransactionAsync(TestHost.Token);
        await using var write = new NpgsqlCommand(
            "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest'); "
                + "SELECT count(*) FROM public.data_bars WHERE ts_utc >= '2024-03-01Z' AND ts_utc < '2024-04-01Z'",
            other
        );
        await write.ExecuteNonQueryAsync(TestHost.Token);

        await host.AtAsync(UtcTime.From(TimeProvider.System.GetUtcNow().AddMonths(1)));
        Assert.Equal(1, await Partitions.KeepAheadAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_hosts_own_partitions_are_left_alone()
    {
        await using var host = await TestHost.OpenAsync(server, Partitioned.Tables);
        Assert.Equal(0, await Partitions.KeepAheadAsync(host.Data, TestHost.Token));
        Assert.Empty(await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).PlanAsync(TestHost.Token));
    }

    [Fact]
    public async Task A_table_that_stands_in_one_piece_is_not_divided_later()
    {
        await using var host = await TestHost.OpenAsync(server, Partitioned.Tables.Split("PARTITION BY")[0] + ";");
        var late = await Assert.ThrowsAsync<SchemaException>(() =>
            new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System) { Partitions = Partitioned.Monthly }.ApplyAsync(
                TestHost.Token
            )
        );
        Assert.Contains("in one piece", late.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM public.data_bars WHERE canonical_symbol = $1 AND timeframe = $2 AND ts_utc >= $3 AND ts_utc < $4")]
    [InlineData("SELECT max(ts_utc) FROM public.data_bars WHERE canonical_symbol = $1 AND timeframe = $2 AND ts_utc >= $3 AND ts_utc < $4")]
    [InlineData(
        "UPDATE public.data_bars SET close = close WHERE canonical_symbol = $1 AND timeframe = $2 AND ts_utc >= $3 AND ts_utc < $4"
    )]
    [InlineData("DELETE FROM public.data_bars WHERE canonical_symbol = $1 AND timeframe = $2 AND ts_utc >= $3 AND ts_utc < $4")]
    public async Task A_statement_about_a_span_of_time_opens_only_its_months_with_a_kept_plan_too(string sql)
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using (
            var prepare = new NpgsqlCommand(
                $"SET plan_cache_mode = force_generic_plan; PREPARE kept (text, text, timestamptz, timestamptz) AS {sql}",
                connection
            )
        )
        {
            prepare.AllResultTypesAreUnknown = true;
            await prepare.ExecuteNonQueryAsync(TestHost.Token);
        }

        await using var explain = new NpgsqlCommand(
            "EXPLAIN (COSTS off) EXECUTE kept ('EURUSD', '1m', '2024-03-30Z', '2024-04-02Z')",
            connection
        );
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            plan.Add(reader.GetString(0));
        }

        var scans = plan.Where(line =>
                line.Contains("Scan", StringComparison.Ordinal) && line.Contains("data_bars_", StringComparison.Ordinal)
            )
            .ToList();
        Assert.All(scans, line => Assert.Matches("data_bars_2024_0[34]", line));
        Assert.Contains(scans, line => line.Contains("2024_03", StringComparison.Ordinal));
        Assert.Contains(scans, line => line.Contains("2024_04", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removing_takes_our_triggers_off_every_month_and_leaves_the_bars()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        var result = await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token);
        Assert.Contains("public.data_bars (it holds rows)", result.Kept);
        Assert.Equal(18, await host.CountAsync("public.data_bars"));
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy_%'"));
    }
}
