using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Storage.Tests.Schema;

/// <summary>A login that an attacker has got hold of: one without any role of ours, and one that may view. Each privilege is asked of the catalog, so that a table or function that comes later is looked at too.</summary>
public sealed class AttackerTests(TestServer server)
{
    const string Tables =
        "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')";

    // Trigger functions can't be called, whoever may execute them.
    const string Functions =
        "FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN ('dxy', 'dxy_orleans') AND p.prorettype <> 'trigger'::regtype";

    [Fact]
    public async Task A_login_without_our_roles_can_read_change_and_call_nothing_of_ours()
    {
        await using var shop = await Shop.OpenAsync(server);
        var role = Role(await shop.LoginAsync(""));
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT n.nspname::text FROM pg_namespace AS n WHERE n.nspname LIKE 'dxy%' AND has_schema_privilege('{role}', n.oid, 'USAGE, CREATE')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT c.relname::text {Tables} AND c.relkind <> 'S' AND has_table_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT p.proname::text {Functions} AND n.nspname = 'dxy' AND has_function_privilege('{role}', p.oid, 'EXECUTE')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT c.relname::text FROM pg_class AS c WHERE c.oid IN ('data_bars'::regclass, 'derived_data_bars'::regclass) AND has_table_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')"
            )
        );
    }

    [Fact]
    public async Task A_login_that_views_changes_nothing_and_runs_nothing_with_anothers_rights()
    {
        await using var shop = await Shop.OpenAsync(server);
        var role = Role(await shop.LoginAsync("GRANT dxy_reader TO {0}"));
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT n.nspname::text FROM pg_namespace AS n WHERE n.nspname LIKE 'dxy%' AND has_schema_privilege('{role}', n.oid, 'CREATE')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT c.relname::text {Tables} AND c.relkind <> 'S' AND has_table_privilege('{role}', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT c.relname::text {Tables} AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('{role}', c.oid, 'USAGE, UPDATE') ELSE false END"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT c.relname::text FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND has_table_privilege('{role}', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT p.proname::text {Functions} AND p.prosecdef AND has_function_privilege('{role}', p.oid, 'EXECUTE')"
            )
        );
        Assert.Empty(
            await shop.TextsAsync(
                $"SELECT r.rolname::text FROM pg_roles AS r WHERE r.rolname LIKE 'dxy\\_%' AND r.rolname <> 'dxy_reader' AND r.rolname NOT LIKE 'dxy\\_test%' AND pg_has_role('{role}', r.oid, 'MEMBER')"
            )
        );
    }

    [Fact]
    public async Task A_login_that_views_finds_no_password_in_any_table_or_running_statement()
    {
        await using var shop = await Shop.OpenAsync(server);
        var target = await DxyOrleans.Migration.Runs.RunTarget.ReadAsync(shop.Data, Shop.Token);
        await new DxyOrleans.Migration.Runs.RunOrders(shop.Data).StartAsync("a-run", "DXY", "{}", Shop.Token);
        var viewer = await shop.LoginAsync("GRANT dxy_reader TO {0}");
        var owner = new NpgsqlConnectionStringBuilder(shop.Database.ConnectionString).Password!;
        Assert.DoesNotContain(owner, target, StringComparison.Ordinal);
        foreach (
            var table in await shop.TextsAsync(
                $"SELECT format('%I.%I', n.nspname, c.relname) {Tables} AND c.relkind IN ('r', 'p') AND c.relname <> 'journal'"
            )
        )
        {
            await using var count = viewer.CreateCommand($"SELECT count(*) FROM {table} AS t WHERE position($1 IN t::text) > 0");
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
            Assert.Equal(0L, await count.ExecuteScalarAsync(Shop.Token));
        }

        await using var running = viewer.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE usename <> current_user AND query <> '<insufficient privilege>' AND backend_type = 'client backend'"
        );
        Assert.Equal(0L, await running.ExecuteScalarAsync(Shop.Token));
        await using var secrets = viewer.CreateCommand("SELECT count(*) FROM pg_authid");
        Assert.Equal(
            PostgresErrorCodes.InsufficientPrivilege,
            (await Assert.ThrowsAsync<PostgresException>(() => secrets.ExecuteScalarAsync(Shop.Token))).SqlState
        );
    }

    static string Role(NpgsqlDataSource data) => new NpgsqlConnectionStringBuilder(data.ConnectionString).Username!;
}
