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
        await using var host = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty with { Minutes = 250 });
        await host.StartAsync(new RunSettings { LockBudgetMs = (int)budget.TotalMilliseconds });
        await using var reader = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await reader.BeginTransactionAsync(TestHost.Token);
        foreach (var table in Tables)
        {
            await using var read = new NpgsqlCommand($"SELECT count(*) FROM public.{table}", reader);
            await read.ExecuteNonQueryAsync(TestHost.Token);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestHost.Token);
        var others = Task.WhenAll(Tables.Select((table, i) => WorstWaitAsync(host, table, i, stop.Token)));
        while (await host.TestHost.CountAsync("dxy.run_event WHERE kind = 'lock not had'") < 8)
        {
            Assert.Equal(RunState.Running, (await host.DriveAsync(Definitions.Steps)).State);
        }

        await stop.CancelAsync();
        var worst = await others;
        await open.CommitAsync(TestHost.Token);
        Assert.Equal(RunState.Completed, (await host.DriveAsync(Definitions.Steps)).State);

        // What would queue behind the reader itself would have waited for seconds; slack for a busy machine.
        Assert.All(worst, wait => Assert.InRange(wait, TimeSpan.Zero, budget + TimeSpan.FromMilliseconds(800)));
        Assert.Contains(await host.TestHost.TextsAsync("SELECT detail->>'holders' FROM dxy.run_event WHERE kind = 'lock not had'"), text =>
            text.StartsWith("pid ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task While_a_lock_cant_be_had_the_run_says_whose_it_is_and_goes_on_by_itself()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 20, NarrowCheck = true });
        await host.StartAsync(new RunSettings { LockBudgetMs = 50 });
        await using (var reader = await host.Data.OpenConnectionAsync(TestHost.Token))
        {
            await using var open = await reader.BeginTransactionAsync(TestHost.Token);
            await using var read = new NpgsqlCommand("SELECT pg_backend_pid() FROM public.data_bars LIMIT 1", reader);
            var pid = (int)(await read.ExecuteScalarAsync(TestHost.Token))!;
            var run = await host.DriveAsync(Definitions.Steps);

            Assert.Equal((RunState.Running, "schema/source-check"), (run.State, run.Step));
            Assert.StartsWith(
                $"waits for a lock: public.data_bars is in use, attempt 3: pid {pid}",
                run.Throttled,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(RunState.Completed, (await host.DriveAsync(Definitions.Steps)).State);
    }

    static async Task<TimeSpan> WorstWaitAsync(LegacyHost host, string table, int number, CancellationToken cancellation)
    {
        var worst = TimeSpan.Zero;
        await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
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
            await command.ExecuteNonQueryAsync(TestHost.Token);
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
