using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Hosts;

/// <summary>Hosts on whose tables we can't work: told in one line, before anything of theirs is touched.</summary>
public sealed class RefusedHostTests(TestServer server)
{
    public static TheoryData<string> Hosts => [.. HostTables.Refused.Keys];

    // Everything of the host's: relations, columns, constraints, indexes, triggers, rights, functions, rows.
    const string Everything = """
        SELECT c.relname || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, 'owner alone') FROM pg_class AS c
          WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT a.attrelid::regclass::text || ' ' || a.attname || ' ' || format_type(a.atttypid,
          a.atttypmod) || a.attnotnull::text || coalesce(a.attacl::text, '')
          FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT pg_get_constraintdef(k.oid) FROM pg_constraint AS k WHERE k.connamespace = 'public'::regnamespace
        UNION ALL SELECT t.tgname || t.tgenabled::text || ' ' || t.tgrelid::regclass::text FROM pg_trigger AS t WHERE NOT t.tgisinternal
        UNION ALL SELECT n.nspname || ' ' || coalesce(n.nspacl::text, '') FROM pg_namespace AS n WHERE n.nspname !~ '^pg_(temp|toast)'
        UNION ALL SELECT p.proname || md5(p.prosrc) FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL SELECT b::text FROM public.data_bars AS b UNION ALL SELECT r::text FROM public.core_asset_registry_all AS r
        ORDER BY 1
        """;

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task It_is_refused_by_name_and_left_as_it_was(string host)
    {
        var (change, says) = HostTables.Refused[host];
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base + HostTables.Hour + ";" + change, TestHost.Token);
        // Roles are the whole server's: another test may make them between two tries, which then speak of them.
        await database.RunAsync(Sql.Text("roles/roles.sql"), TestHost.Token);
        var before = await TextsAsync(database);
        var installer = new SchemaInstaller(database.ConnectionString, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<SchemaException>(() => installer.ApplyAsync(TestHost.Token));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(refused.Message, (await Assert.ThrowsAsync<SchemaException>(() => installer.PlanAsync(TestHost.Token))).Message);
        Assert.Equal(before, await TextsAsync(database));
    }

    [Theory]
    [InlineData("2.17.2", true)]
    [InlineData("2.18.0-dev", false)]
    public async Task A_hypertable_is_taken_from_the_version_on_whose_inserts_bear_our_triggers(string version, bool isRefused)
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base + HostTables.Refused["an old hypertable"].Change, TestHost.Token);
        await using (
            var plant = database.Admin.CreateCommand(
                $"""
                INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
                SELECT 99999, 'timescaledb', oid, 'public'::regnamespace, false, '{version}' FROM pg_roles WHERE rolname = current_user
                """
            )
        )
        {
            await plant.ExecuteNonQueryAsync(TestHost.Token);
        }

        var plan = new SchemaInstaller(database.ConnectionString, TimeProvider.System).PlanAsync(TestHost.Token);
        if (isRefused)
        {
            Assert.Contains(
                $"TimescaleDB {version}",
                (await Assert.ThrowsAsync<SchemaException>(() => plan)).Message,
                StringComparison.Ordinal
            );
        }
        else
        {
            Assert.NotEmpty(await plan);
        }

        await using var remove = database.Admin.CreateCommand("DELETE FROM pg_extension WHERE extname = 'timescaledb'");
        await remove.ExecuteNonQueryAsync(TestHost.Token);
    }

    static async Task<List<string>> TextsAsync(TestDatabase database)
    {
        var rows = new List<string>();
        await using var command = database.Data.CreateCommand(Everything);
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
