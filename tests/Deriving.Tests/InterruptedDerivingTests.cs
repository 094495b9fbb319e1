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
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.AllSix(0));
        var paused = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var first = (await shop.DeriverAsync("DXY/1m", async (at, token) =>
            {
                if (at == step && paused.TrySetResult())
                {
                    await go.Task.WaitAsync(token);
                }
            })).DrainAsync(null, Shop.Token);
        await paused.Task.WaitAsync(Shop.Token);

        await shop.StoreAsync(Shop.Fx("EURUSD", 0, 1.2m));
        var second = (await shop.DeriverAsync("DXY/1m")).DrainAsync(null, Shop.Token);
        if (step != DeriveStep.Committed)
        {
            // It waits for the target's lock, in a statement of its own.
            await WaitAsync(
                shop,
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM "
                    + "pg_database WHERE datname = current_database()))"
            );
        }

        go.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal("1.2", await shop.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await shop.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task One_that_fails_at_any_step_loses_no_work(DeriveStep step)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.AllSix(0));
        var failing = await shop.DeriverAsync("DXY/1m", (at, _) =>
            at == step ? Task.FromException(new IOException("pulled")) : Task.CompletedTask
        );
        await Assert.ThrowsAsync<IOException>(() => failing.DrainAsync(null, Shop.Token));
        Assert.Equal(
            step == DeriveStep.Committed ? 1 : 0,
            await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'")
        );

        await shop.DrainAsync();
        Assert.Equal("1.0843", await shop.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await shop.CountAsync("dxy.due"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task One_whose_connection_is_cut_at_any_step_loses_no_work(DeriveStep step)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.AllSix(0));
        var cut = await shop.DeriverAsync("DXY/1m", async (at, _) =>
        {
            if (at == step)
            {
                await using var kill = shop.Database.Admin.CreateCommand(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND "
                        + "application_name = 'dxy'"
                );
                await kill.ExecuteNonQueryAsync(Shop.Token);
            }
        });
        var fault = await Record.ExceptionAsync(() => cut.ProcessSliceAsync(Shop.Token));
        Assert.Equal(step == DeriveStep.Committed, fault is null);
        Assert.True(fault is null or NpgsqlException);

        // The pool may still hold what was cut.
        shop.Data.Clear();

        await shop.DrainAsync();
        Assert.Equal("1.0843", await shop.ValueAsync<string>(InputOfFirst));
        Assert.Equal(0, await shop.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task A_bar_that_a_foreign_writer_stores_while_we_copy_is_merged_at_the_next_try()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.Minutes(0, 1200));
        var once = 0;
        var deriver = await shop.DeriverAsync("DXY/1m", async (at, _) =>
        {
            if (at == DeriveStep.Read && once++ == 0)
            {
                await BeginForeignAsync(shop);
            }
        });

        var slices = new List<SliceOutcome>();
        await deriver.DrainAsync(slices.Add, Shop.Token);
        Assert.Equal((1199, 1), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed)));
        Assert.Equal(2, once);
        Assert.Equal(
            "1.1643",
            await shop.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{Shop.Minute(800)}'"
            )
        );
    }

    // A transaction that has stored one of the bars and commits only when the COPY waits for it: the deriver can't have seen it.
    static async Task BeginForeignAsync(Shop shop)
    {
        var connection = await shop.Database.Data.OpenConnectionAsync(Shop.Token);
        var open = await connection.BeginTransactionAsync(Shop.Token);
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
                + $"'{Shop.Minute(800)}', 100, 100, 100, 100, 'synthetic')",
            connection
        );
        await insert.ExecuteNonQueryAsync(Shop.Token);
        _ = Task.Run(
            async () =>
            {
                await WaitAsync(
                    shop,
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND "
                        + "query LIKE 'COPY%')"
                );
                await open.CommitAsync(Shop.Token);
                await connection.DisposeAsync();
            },
            Shop.Token
        );
    }

    static async Task WaitAsync(Shop shop, string condition)
    {
        await using var data = NpgsqlDataSource.Create(shop.Database.AdminConnectionString);
        while (true)
        {
            await using var command = data.CreateCommand(condition);
            if ((bool)(await command.ExecuteScalarAsync(Shop.Token))!)
            {
                return;
            }
        }
    }
}
