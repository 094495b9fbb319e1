using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Removing;

/// <summary>On a server of their own: roles are the whole server's, and other tests' databases hold on to them.</summary>
public sealed class RemovalTests : IClassFixture<TestServer>
{
    readonly TestServer _server;

    public RemovalTests(TestServer server) => _server = server;

    const string Traces = """
        SELECT (SELECT count(*) FROM pg_namespace WHERE nspname IN ('dxy', 'dxy_orleans'))
             + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dxy\_%' AND rolname NOT LIKE 'dxy\_test%')
             + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy%')
             + (SELECT count(*) FROM pg_class AS c, LATERAL aclexplode(c.relacl) AS x JOIN pg_roles AS r ON r.oid = x.grantee
               WHERE r.rolname LIKE 'dxy\_%')
        """;

    static Task ApplyAsync(TestDatabase database) =>
        new SchemaInstaller(database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);

    [Fact]
    public async Task Removing_leaves_no_trace_and_the_hosts_tables_as_they_were()
    {
        await using var database = await ExistingHost.CreateAsync(_server);
        var before = await SchemaCheck.FactsAsync(database.Data, "checks/host_definitions.sql", TestHost.Token);
        await ApplyAsync(database);
        Assert.NotEqual(0, await database.ValueAsync<long>(Traces, TestHost.Token));

        var result = await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        Assert.Equal(0, await database.ValueAsync<long>(Traces, TestHost.Token));
        Assert.Equal(before, await SchemaCheck.FactsAsync(database.Data, "checks/host_definitions.sql", TestHost.Token));
        Assert.Equal(before.Count, result.Facts);
        Assert.Equal(
            await database.ValueAsync<long>(
                "SELECT (SELECT count(*) FROM data_bars) + (SELECT count(*) FROM derived_data_bars) + (SELECT count(*) FROM "
                    + "core_asset_registry_all)",
                TestHost.Token
            ),
            result.Rows
        );
        Assert.Empty(result.Kept);
        Assert.Equal(60, await database.ValueAsync<long>("SELECT count(*) FROM public.data_bars", TestHost.Token));
    }

    [Fact]
    public async Task Tables_of_ours_that_hold_nothing_go_too()
    {
        await using var database = await _server.CreateDatabaseAsync(TestHost.Token);
        await ApplyAsync(database);
        await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        Assert.Equal(
            0,
            await database.ValueAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", TestHost.Token)
        );
    }

    [Fact]
    public async Task Tables_of_ours_that_hold_bars_stay_and_are_named()
    {
        await using var host = await TestHost.OpenAsync(_server, alone: true);
        await host.StoreAsync(TestHost.Fx("EURUSD", 0));
        var result = await SchemaRemoval.RemoveAsync(host.Data, TestHost.Token);
        Assert.Equal(["public.data_bars (it holds rows)", "public.core_asset_registry_all (it describes what stays)"], result.Kept);
        Assert.Equal(1, await host.CountAsync("public.data_bars"));
    }

    [Fact]
    public async Task What_was_removed_can_be_applied_again_and_a_second_removal_finds_nothing()
    {
        await using var database = await ExistingHost.CreateAsync(_server);
        await ApplyAsync(database);
        await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        await ApplyAsync(database);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
        await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
    }

    [Fact]
    public async Task A_role_that_another_database_uses_stays_and_is_named()
    {
        await using var other = await _server.CreateDatabaseAsync(TestHost.Token);
        await ApplyAsync(other);
        await using var database = await ExistingHost.CreateAsync(_server);
        await ApplyAsync(database);

        var result = await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        Assert.Equal(7, result.Kept.Count(line => line.StartsWith("role dxy_", StringComparison.Ordinal)));
        Assert.Empty(await SchemaCheck.DifferencesAsync(other.Data, TestHost.Token));
    }

    [Fact]
    public async Task Partitions_lose_their_triggers_too()
    {
        await using var database = await _server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(Partitioned.Tables, TestHost.Token);
        await ApplyAsync(database);
        // A statement's three on four relations; a row's on the two tables, and on the two partitions as the table's.
        Assert.Equal(
            (3 * 4) + 4,
            await database.ValueAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy\\_capture%'", TestHost.Token)
        );
        await SchemaRemoval.RemoveAsync(database.Data, TestHost.Token);
        Assert.Equal(0, await database.ValueAsync<long>(Traces, TestHost.Token));
    }
}
