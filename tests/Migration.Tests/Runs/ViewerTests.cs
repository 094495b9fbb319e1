using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Runs;

/// <summary>What a login that may only look finds while a run is under way.</summary>
public sealed class ViewerTests(TestServer server)
{
    const string Tables =
        "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind IN "
        + "('r', 'p', 'v', 'm', 'S')";

    [Fact]
    public async Task A_login_that_views_finds_no_password_in_any_table_or_running_statement()
    {
        await using var host = await TestHost.OpenAsync(server);
        var target = await RunTarget.ReadAsync(host.Data, TestHost.Token);
        await new RunOrders(host.Data).StartAsync("a-run", "DXY", "{}", TestHost.Token);
        var viewer = await host.LoginAsync("GRANT dxy_reader TO {0}");
        var owner = new NpgsqlConnectionStringBuilder(host.Database.ConnectionString).Password!;
        Assert.DoesNotContain(owner, target, StringComparison.Ordinal);
        foreach (
            var table in await host.TextsAsync(
                $"SELECT format('%I.%I', n.nspname, c.relname) {Tables} AND c.relkind IN ('r', 'p') AND c.relname <> 'journal'"
            )
        )
        {
            await using var count = viewer.CreateCommand($"SELECT count(*) FROM {table} AS t WHERE position($1 IN t::text) > 0");
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
            Assert.Equal(0L, await count.ExecuteScalarAsync(TestHost.Token));
        }

        await using var running = viewer.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE usename <> current_user AND query <> '<insufficient privilege>' AND "
                + "backend_type = 'client backend'"
        );
        Assert.Equal(0L, await running.ExecuteScalarAsync(TestHost.Token));
        await using var secrets = viewer.CreateCommand("SELECT count(*) FROM pg_authid");
        Assert.Equal(
            PostgresErrorCodes.InsufficientPrivilege,
            (await Assert.ThrowsAsync<PostgresException>(() => secrets.ExecuteScalarAsync(TestHost.Token))).SqlState
        );
    }
}
