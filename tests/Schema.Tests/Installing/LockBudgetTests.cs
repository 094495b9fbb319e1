using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Installing;

public sealed class LockBudgetTests(TestServer server)
{
    const string Insert = """
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'USDSEK', '1m', coalesce(max(ts_utc), timestamptz '2024-03-04 08:00Z') + interval '1 minute', 10, 10, 10, 10, 'ingest'
        FROM public.data_bars WHERE canonical_symbol = 'USDSEK'
        """;

    [Fact]
    public async Task While_a_trigger_waits_for_a_long_writer_the_others_queue_behind_it_no_longer_than_the_budget()
    {
        await using var database = await ExistingHost.CreateAsync(server);
        await using var writer = await database.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await writer.BeginTransactionAsync(TestHost.Token);
        await RunAsync(writer, Insert.Replace("USDSEK", "USDCHF", StringComparison.Ordinal));

        var apply = new SchemaInstaller(database.ConnectionString, TimeProvider.System)
        {
            LockBudget = TimeSpan.FromMilliseconds(100),
        }.ApplyAsync(TestHost.Token);
        await WaitAsync(database, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'public.data_bars'::regclass)");

        // Each of these may wait for the trigger, whose wait ends after 100 ms; what would wait for the writer itself would fail here.
        await using var other = await database.Data.OpenConnectionAsync(TestHost.Token);
        await RunAsync(other, "SET lock_timeout = '5s'");
        for (var i = 0; i < 5; i++)
        {
            await RunAsync(other, "SELECT count(*) FROM public.data_bars");
            await RunAsync(other, Insert);
        }

        Assert.False(apply.IsCompleted);
        await open.CommitAsync(TestHost.Token);
        await apply;
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_table_that_is_never_free_is_named_and_apply_can_be_run_again()
    {
        await using var database = await ExistingHost.CreateAsync(server);
        await using var writer = await database.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await writer.BeginTransactionAsync(TestHost.Token);
        await RunAsync(writer, Insert);
        var installer = new SchemaInstaller(database.ConnectionString, TimeProvider.System) { LockBudget = TimeSpan.FromMilliseconds(10) };

        var fault = await Assert.ThrowsAsync<SchemaException>(() => installer.ApplyAsync(TestHost.Token));
        Assert.Contains("public.data_bars", fault.Message, StringComparison.Ordinal);
        await open.CommitAsync(TestHost.Token);
        await installer.ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static async Task WaitAsync(TestDatabase database, string condition)
    {
        while (!await database.ValueAsync<bool>(condition, TestHost.Token)) { }
    }
}
