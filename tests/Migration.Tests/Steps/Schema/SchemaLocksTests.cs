using System.Diagnostics;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.Schema;

public sealed class SchemaLocksTests(TestServer server)
{
    static readonly string[] Tables = ["data_bars", "derived_data_bars", "core_asset_registry_all"];

    [Fact]
    public async Task With_a_long_reader_on_each_table_nobody_else_waits_longer_than_the_lock_budget()
    {
        var budget = TimeSpan.FromMilliseconds(200);
        await using var shop = await LegacyShop.OpenAsync(server, LegacyOptions.Dirty with { Minutes = 250 });
        await shop.StartAsync(new RunSettings { LockBudgetMs = (int)budget.TotalMilliseconds });
        await using var reader = await shop.Data.OpenConnectionAsync(Shop.Token);
        await using var open = await reader.BeginTransactionAsync(Shop.Token);
        foreach (var table in Tables)
        {
            await using var read = new NpgsqlCommand($"SELECT count(*) FROM public.{table}", reader);
            await read.ExecuteNonQueryAsync(Shop.Token);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Shop.Token);
        var others = Task.WhenAll(Tables.Select((table, i) => WorstWaitAsync(shop, table, i, stop.Token)));
        while (await shop.Shop.CountAsync("dxy.run_event WHERE kind = 'lock not had'") < 8)
        {
            Assert.Equal(RunState.Running, (await shop.DriveAsync(Definitions.Steps)).State);
        }

        await stop.CancelAsync();
        var worst = await others;
        await open.CommitAsync(Shop.Token);
        Assert.Equal(RunState.Completed, (await shop.DriveAsync(Definitions.Steps)).State);

        // What would queue behind the reader itself would have waited for seconds; slack for a busy machine.
        Assert.All(worst, wait => Assert.InRange(wait, TimeSpan.Zero, budget + TimeSpan.FromMilliseconds(800)));
        Assert.Contains(await shop.Shop.TextsAsync("SELECT detail->>'holders' FROM dxy.run_event WHERE kind = 'lock not had'"), text =>
            text.StartsWith("pid ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task While_a_lock_cant_be_had_the_run_says_whose_it_is_and_goes_on_by_itself()
    {
        await using var shop = await LegacyShop.OpenAsync(server, new LegacyOptions { Minutes = 20, NarrowCheck = true });
        await shop.StartAsync(new RunSettings { LockBudgetMs = 50 });
        await using (var reader = await shop.Data.OpenConnectionAsync(Shop.Token))
        {
            await using var open = await reader.BeginTransactionAsync(Shop.Token);
            await using var read = new NpgsqlCommand("SELECT pg_backend_pid() FROM public.data_bars LIMIT 1", reader);
            var pid = (int)(await read.ExecuteScalarAsync(Shop.Token))!;
            var run = await shop.DriveAsync(Definitions.Steps);

            Assert.Equal((RunState.Running, "schema/source-check"), (run.State, run.Step));
            Assert.StartsWith(
                $"waits for a lock: public.data_bars is in use, attempt 3: pid {pid}",
                run.Throttled,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(RunState.Completed, (await shop.DriveAsync(Definitions.Steps)).State);
    }

    static async Task<TimeSpan> WorstWaitAsync(LegacyShop shop, string table, int number, CancellationToken cancellation)
    {
        var worst = TimeSpan.Zero;
        await using var connection = await shop.Data.OpenConnectionAsync(Shop.Token);
        for (var i = 0; !cancellation.IsCancellationRequested; i++)
        {
            var sql = (table, i % 2) switch
            {
                ("data_bars", 0) => Insert("data_bars", i),
                ("derived_data_bars", 0) => Insert("derived_data_bars", i),
                _ => $"SELECT 1 FROM public.{table} LIMIT 1",
            };
            var clock = Stopwatch.StartNew();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Shop.Token);
            worst = clock.Elapsed > worst ? clock.Elapsed : worst;
        }

        return worst;
    }

    static string Insert(string table, int i) =>
        $"""
            INSERT INTO public.{table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            VALUES ('NZDUSD', '1m', timestamptz '2024-01-08Z' + {i} * interval '1 minute', 1, 1, 1, 1, '{(
                table == "data_bars" ? "ingest" : "synthetic"
            )}')
            """;
}
