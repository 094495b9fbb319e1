using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Capture;

public sealed class WritersTests(TestServer server)
{
    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static string Insert(string symbol, int minute) =>
        $"INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('{symbol}', '1m', "
        + $"'{TestHost.Minute(minute)}', 1, 1, 1, 1, 'ingest')";

    [Fact]
    public async Task Eight_writers_never_wait_for_each_other_though_one_stays_open()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var slow = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await slow.BeginTransactionAsync(TestHost.Token);
        await RunAsync(slow, Insert("USDCHF", 0));

        // All of the same minutes, so that whatever is shared between writers is shared here.
        await Parallel.ForAsync(
            0,
            7,
            new ParallelOptions { MaxDegreeOfParallelism = 7, CancellationToken = TestHost.Token },
            async (writer, token) =>
            {
                await using var connection = await host.Data.OpenConnectionAsync(token);
                await RunAsync(connection, "SET lock_timeout = '500ms'");
                for (var minute = 0; minute < 40; minute++)
                {
                    await RunAsync(connection, Insert($"PAIR{writer}", minute));
                    await RunAsync(connection, $"UPDATE public.data_bars SET vol = 4 WHERE canonical_symbol = 'PAIR{writer}'");
                }

                await RunAsync(connection, $"DELETE FROM public.data_bars WHERE canonical_symbol = 'PAIR{writer}'");
            }
        );

        Assert.Equal(
            0,
            await host.ValueAsync<long>(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = "
                    + "current_database())"
            )
        );
        Assert.Equal(7 * 81, await host.CountAsync("dxy.change"));
        await open.CommitAsync(TestHost.Token);
        Assert.Equal((7 * 81) + 1, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task One_open_transaction_stalls_the_expansion_of_nobody_else()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var slow = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await slow.BeginTransactionAsync(TestHost.Token);
        await RunAsync(slow, Insert("USDCHF", 500));
        await host.RunAsync(Insert("EURUSD", 0));

        var due = new DueStore(host.Data);
        Assert.Equal(1, await due.ExpandAsync(TestHost.Token));
        Assert.Equal(0, await due.ExpandAsync(TestHost.Token));
        await open.CommitAsync(TestHost.Token);
        Assert.Equal(1, await due.ExpandAsync(TestHost.Token));
    }

    [Fact]
    public async Task Readers_pass_by_what_another_holds_and_a_reader_that_fails_gives_it_back()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(Insert("USDCHF", 0));
        await using var slow = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using (var open = await slow.BeginTransactionAsync(TestHost.Token))
        {
            await RunAsync(slow, "SELECT dxy.expand_changes()");
            await host.RunAsync(Insert("EURUSD", 0));
            Assert.Equal(1, await new DueStore(host.Data).ExpandAsync(TestHost.Token));
            await open.RollbackAsync(TestHost.Token);
        }

        Assert.Equal(1, await new DueStore(host.Data).ExpandAsync(TestHost.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SET jit = on; SET jit_above_cost = 0; SET jit_optimize_above_cost = 0; SET jit_inline_above_cost = 0")]
    [InlineData(
        "SET enable_hashjoin = off; SET enable_nestloop = off; SET enable_seqscan = off; SET work_mem = '64kB'; SET jit = on; SET "
            + "jit_above_cost = 0"
    )]
    [InlineData(
        "SET enable_mergejoin = off; SET enable_sort = off; SET enable_hashagg = off; SET plan_cache_mode = force_generic_plan; SET jit "
            + "= on; SET jit_above_cost = 0"
    )]
    public async Task A_large_update_joins_by_hash_and_compiles_nothing_whatever_came_first_and_whatever_the_host_has_set(string settings)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(CaptureTests.Twenty.Replace("2024-03-04 08:19Z", "2024-03-08 08:00Z", StringComparison.Ordinal));
        var notices = new List<string>();
        await using var session = await host.Database.Admin.OpenConnectionAsync(TestHost.Token);
        session.Notice += (_, notice) => notices.Add(notice.Notice.MessageText);
        await RunAsync(session, $"SELECT 1; {settings}");
        for (var i = 0; i < 20; i++)
        {
            await RunAsync(
                session,
                $"UPDATE public.data_bars SET vol = {i} + 1 WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m' AND ts_utc = "
                    + $"'{TestHost.Minute(i)}'"
            );
        }

        await RunAsync(
            session,
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET "
                + "auto_explain.log_level = 'notice'; SET client_min_messages = 'notice'"
        );
        await RunAsync(session, "UPDATE public.data_bars SET vol = 77777");

        var capture = Assert.Single(notices, text => text.Contains("INSERT INTO dxy.change", StringComparison.Ordinal));
        Assert.Contains("Hash Full Join", capture, StringComparison.Ordinal);
        Assert.DoesNotContain("Nested Loop", capture, StringComparison.Ordinal);
        var (ours, hosts) = (
            notices.Where(text => !text.Contains("UPDATE public.data_bars", StringComparison.Ordinal)),
            notices.Single(text => text.Contains("UPDATE public.data_bars", StringComparison.Ordinal))
        );
        Assert.DoesNotContain("JIT:", string.Concat(ours), StringComparison.Ordinal);
        if (settings.Contains("jit_above_cost = 0", StringComparison.Ordinal) && await host.ValueAsync<bool>("SELECT pg_jit_available()"))
        {
            Assert.Contains("JIT:", hosts, StringComparison.Ordinal);
        }

        // The clock is looked at once by each of our functions, not once a row.
        Assert.InRange(notices.Count(text => text.Contains("dxy.clock", StringComparison.Ordinal)), 1, 5);
        Assert.Equal(
            5761,
            await host.ValueAsync<long>("SELECT count(*) FROM dxy.correction WHERE vol < 77777 AND replaced_at IS NOT NULL") - 20
        );
    }
}
