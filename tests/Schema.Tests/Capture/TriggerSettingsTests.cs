using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Capture;

/// <summary>What runs within other programs' statements is bound to no setting of theirs.</summary>
public sealed class TriggerSettingsTests(TestServer server)
{
    [Fact]
    public async Task No_function_of_ours_that_runs_within_a_writers_statement_is_compiled()
    {
        await using var host = await TestHost.OpenAsync(server);
        var free = await host.TextsAsync(
            """
            SELECT p.oid::regprocedure::text FROM pg_proc AS p
            WHERE p.pronamespace = 'dxy'::regnamespace AND NOT 'jit=off' = ANY (coalesce(p.proconfig, '{}'))
              AND (p.proname LIKE 'capture%' OR p.proname LIKE 'mirror%' OR p.proname IN ('expand_changes', 'ride', 'adopt_targets',
                'recapture'))
            """
        );
        Assert.Empty(free);
        Assert.Equal(
            8,
            await host.ValueAsync<long>(
                "SELECT count(DISTINCT t.tgname || t.tgrelid) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid WHERE "
                    + "p.proname LIKE 'capture%' AND 'jit=off' = ANY (p.proconfig)"
            )
        );
    }

    [Fact]
    public async Task A_host_that_turns_the_planners_ways_off_one_and_all_is_captured_as_any()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"""
            ALTER DATABASE {host.Database.Name} SET jit_above_cost = 0; ALTER DATABASE {host.Database.Name} SET enable_nestloop = off;
            ALTER DATABASE {host.Database.Name} SET enable_hashjoin = off; ALTER DATABASE {host.Database.Name} SET enable_mergejoin = off;
            ALTER DATABASE {host.Database.Name} SET enable_seqscan = off; ALTER DATABASE {host.Database.Name} SET enable_indexscan = off;
            ALTER DATABASE {host.Database.Name} SET work_mem = '64kB'; ALTER DATABASE {host.Database.Name}
              SET default_transaction_isolation = 'repeatable read';
            ALTER DATABASE {host.Database.Name} SET datestyle = 'German, DMY'; ALTER DATABASE {host.Database.Name}
              SET timezone = 'America/New_York';
            """
        );
        await using var programs = Npgsql.NpgsqlDataSource.Create(host.Database.ConnectionString + ";Application Name=host");
        foreach (
            var sql in (string[])
                [
                    CaptureTests.Twenty,
                    "UPDATE public.data_bars SET vol = 3",
                    "DELETE FROM public.data_bars WHERE ts_utc = '2024-03-04 08:03Z'",
                ]
        )
        {
            await using var command = programs.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.Equal(3, await host.CountAsync("dxy.change"));
        Assert.Equal(21, await host.CountAsync("dxy.correction"));
    }
}
