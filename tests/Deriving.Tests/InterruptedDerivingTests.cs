using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests;

public sealed class InterruptedDerivingTests(TestServer server)
{
    const string InputOfFirst =
        "SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:00Z'";

    public static TheoryData<DeriveStep> Steps => [.. Enum.GetValues<DeriveStep>()];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Two_derivers_at_once_leave_what_the_newest_inputs_give_wherever_the_first_is_paused(DeriveStep step)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        var paused = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var first = (await host.DeriverAsync("DXY/1m", async (at, token) =>
            {
                if (at == step && paused.TrySetResult())
                {
                    await go.Task.WaitAsync(token);
                }
            })).DrainAsync(null, TestHost.Token);
        await paused.Task.WaitAsync(TestHost.Token);

        await host.StoreAsync(TestHost.Fx("EURUSD", 0, 1.2m));
        var second = (await host.DeriverAsync("DXY/1m")).DrainAsync(null, TestHost.Token);
        if (step != DeriveStep.Committed)
        {
            // It waits for the target's lock, in a statement of its own.
            await WaitAsync(
                host,
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM "
                    + "pg_database WHERE datname = current_database()))"
            );
        }

        go.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal("1.2", await host.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task One_that_fails_at_any_step_loses_no_work(DeriveStep step)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        var failing = await host.DeriverAsync("DXY/1m", (at, _) =>
            at == step ? Task.FromException(new IOException("pulled")) : Task.CompletedTask
        );
        await Assert.ThrowsAsync<IOException>(() => failing.DrainAsync(null, TestHost.Token));
        Assert.Equal(
            step == DeriveStep.Committed ? 1 : 0,
            await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'")
        );

        await host.DrainAsync();
        Assert.Equal("1.0843", await host.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task One_whose_connection_is_cut_at_any_step_loses_no_work(DeriveStep step)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        var cut = await host.DeriverAsync("DXY/1m", async (at, _) =>
        {
            if (at == step)
            {
                await using var kill = host.Database.Admin.CreateCommand(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND "
                        + "application_name = 'dxy'"
                );
                await kill.ExecuteNonQueryAsync(TestHost.Token);
            }
        });
        var fault = await Record.ExceptionAsync(() => cut.ProcessSliceAsync(TestHost.Token));
        Assert.Equal(step == DeriveStep.Committed, fault is null);
        Assert.True(fault is null or NpgsqlException);

        // The pool may still hold what was cut.
        host.Data.Clear();

        await host.DrainAsync();
        Assert.Equal("1.0843", await host.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task A_bar_that_a_foreign_writer_stores_while_we_copy_is_merged_at_the_next_try()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 1200));
        var once = 0;
        var deriver = await host.DeriverAsync("DXY/1m", async (at, _) =>
        {
            if (at == DeriveStep.Read && once++ == 0)
            {
                await BeginForeignAsync(host);
            }
        });

        var slices = new List<SliceOutcome>();
        await deriver.DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal((1199, 1), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed)));
        Assert.Equal(2, once);
        Assert.Equal(
            "1.1643",
            await host.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(800)}'"
            )
        );
    }

    // A transaction that has stored one of the bars and commits only when the COPY waits for it: the deriver can't have seen it.
    static async Task BeginForeignAsync(TestHost host)
    {
        var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        var open = await connection.BeginTransactionAsync(TestHost.Token);
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
                + $"'{TestHost.Minute(800)}', 100, 100, 100, 100, 'synthetic')",
            connection
        );
        await insert.ExecuteNonQueryAsync(TestHost.Token);
        _ = Task.Run(
            async () =>
            {
                await WaitAsync(
                    host,
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND "
                        + "query LIKE 'COPY%')"
                );
                await open.CommitAsync(TestHost.Token);
                await connection.DisposeAsync();
            },
            TestHost.Token
        );
    }

    static async Task WaitAsync(TestHost host, string condition)
    {
        await using var data = NpgsqlDataSource.Create(host.Database.AdminConnectionString);
        while (true)
        {
            await using var command = data.CreateCommand(condition);
            if ((bool)(await command.ExecuteScalarAsync(TestHost.Token))!)
            {
                return;
            }
        }
    }
}
