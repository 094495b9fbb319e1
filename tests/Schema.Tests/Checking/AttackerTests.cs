using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Checking;

/// <summary>A login that an attacker has got hold of: one without any role of ours, and one that may view. Each privilege is asked of the
/// catalog, so that a table or function that comes later is looked at too.</summary>
public sealed class AttackerTests(TestServer server)
{
    const string Tables =
        "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind IN "
        + "('r', 'p', 'v', 'm', 'S')";

    // Trigger functions can't be called, whoever may execute them.
    const string Functions =
        "FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN ('dxy', 'dxy_orleans') AND p.prorettype "
        + "<> 'trigger'::regtype";

    [Fact]
    public async Task A_login_without_our_roles_can_read_change_and_call_nothing_of_ours()
    {
        await using var host = await TestHost.OpenAsync(server);
        var role = Role(await host.LoginAsync(""));
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT n.nspname::text FROM pg_namespace AS n WHERE n.nspname LIKE 'dxy%' AND has_schema_privilege('{role}', n.oid, "
                    + $"'USAGE, CREATE')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT c.relname::text {Tables} AND c.relkind <> 'S' AND has_table_privilege('{role}', c.oid, 'SELECT, INSERT, "
                    + $"UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT p.proname::text {Functions} AND n.nspname = 'dxy' AND has_function_privilege('{role}', p.oid, 'EXECUTE')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT c.relname::text FROM pg_class AS c WHERE c.oid IN ('data_bars'::regclass, 'derived_data_bars'::regclass) AND "
                    + $"has_table_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')"
            )
        );
    }

    [Fact]
    public async Task A_login_that_views_changes_nothing_and_runs_nothing_with_anothers_rights()
    {
        await using var host = await TestHost.OpenAsync(server);
        var role = Role(await host.LoginAsync("GRANT dxy_reader TO {0}"));
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT n.nspname::text FROM pg_namespace AS n WHERE n.nspname LIKE 'dxy%' AND has_schema_privilege('{role}', n.oid, "
                    + $"'CREATE')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT c.relname::text {Tables} AND c.relkind <> 'S' AND has_table_privilege('{role}', c.oid, 'INSERT, UPDATE, "
                    + $"DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT c.relname::text {Tables} AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('{role}', c.oid, 'USAGE, "
                    + $"UPDATE') ELSE false END"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT c.relname::text FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
                    + $"AND has_table_privilege('{role}', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT p.proname::text {Functions} AND p.prosecdef AND has_function_privilege('{role}', p.oid, 'EXECUTE')"
            )
        );
        Assert.Empty(
            await host.TextsAsync(
                $"SELECT r.rolname::text FROM pg_roles AS r WHERE r.rolname LIKE 'dxy\\_%' AND r.rolname <> 'dxy_reader' AND r.rolname "
                    + $"NOT LIKE 'dxy\\_test%' AND pg_has_role('{role}', r.oid, 'MEMBER')"
            )
        );
    }

    static string Role(NpgsqlDataSource data) => new NpgsqlConnectionStringBuilder(data.ConnectionString).Username!;
}
