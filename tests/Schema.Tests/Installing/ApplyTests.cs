using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Installing;

public sealed class ApplyTests(TestServer server)
{
    static SchemaInstaller Installer(TestDatabase database) => new(database.ConnectionString, TimeProvider.System);

    [Fact]
    public async Task An_empty_database_gets_everything_and_nothing_is_left_to_do()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        var run = await Installer(database).ApplyAsync(TestHost.Token);

        Assert.Contains("host/data_bars.sql", run);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
        Assert.Empty(await Installer(database).PlanAsync(TestHost.Token));
    }

    [Fact]
    public async Task Applying_again_runs_nothing()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await Installer(database).ApplyAsync(TestHost.Token);
        Assert.Empty(await Installer(database).ApplyAsync(TestHost.Token));
    }

    [Fact]
    public async Task Of_four_that_apply_at_once_one_works_and_the_others_find_it_done()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        var runs = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => Installer(database).ApplyAsync(TestHost.Token), TestHost.Token))
        );

        Assert.Single(runs, run => run.Count > 0);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
        Assert.Equal(0, await database.ValueAsync<long>("SELECT count(*) - count(DISTINCT scriptname) FROM dxy.journal", TestHost.Token));
    }

    [Fact]
    public async Task The_plan_names_every_statement_first_and_runs_none()
    {
        await using var database = await ExistingHost.CreateAsync(server);
        var plan = await Installer(database).PlanAsync(TestHost.Token);

        Assert.Null(await database.ValueAsync<string>("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'dxy%'", TestHost.Token));
        Assert.Equal("CREATE SCHEMA dxy;", plan[0].Text);
        Assert.Equal(8, plan.Count(script => script.Name.StartsWith("trigger ", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, script => script.Name.StartsWith("host/", StringComparison.Ordinal));
        Assert.Equal(plan.Select(script => script.Name), await Installer(database).ApplyAsync(TestHost.Token));
    }

    [Fact]
    public async Task The_plan_of_an_empty_database_is_all_that_is_needed()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        foreach (var script in await Installer(database).PlanAsync(TestHost.Token))
        {
            await database.RunAsync(script.Text, TestHost.Token);
        }

        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
        Assert.Empty(await Installer(database).PlanAsync(TestHost.Token));

        await using var applied = await server.CreateDatabaseAsync(TestHost.Token);
        await Installer(applied).ApplyAsync(TestHost.Token);
        const string Journal =
            "SELECT string_agg(scriptname, ' ' ORDER BY scriptname) || (SELECT string_agg(column_name || data_type || is_nullable, ',' "
            + "ORDER BY 1) FROM information_schema.columns WHERE table_name = 'journal') FROM dxy.journal";
        Assert.Equal(await applied.ValueAsync<string>(Journal, TestHost.Token), await database.ValueAsync<string>(Journal, TestHost.Token));
    }

    [Theory]
    [InlineData("REVOKE DELETE ON dxy.change FROM dxy_silo")]
    [InlineData(
        "REVOKE USAGE ON SCHEMA dxy FROM dxy_capture; GRANT EXECUTE ON FUNCTION dxy.now() TO PUBLIC; REVOKE ALL ON ALL TABLES IN SCHEMA "
            + "dxy_orleans FROM dxy_silo"
    )]
    [InlineData("ALTER FUNCTION dxy.capture_update() OWNER TO CURRENT_USER; ALTER FUNCTION dxy.mirror() OWNER TO CURRENT_USER")]
    [InlineData("DROP FUNCTION dxy.adopt_targets(); DROP POLICY own ON dxy.verification; DROP TRIGGER cut_due ON dxy.due")]
    public async Task What_can_be_made_again_of_ours_is_though_all_of_it_ran_already(string harm)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(harm);
        Assert.NotEmpty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await Installer(host.Database).ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        Assert.Empty(await Installer(host.Database).ApplyAsync(TestHost.Token));
    }

    [Fact]
    public async Task The_check_says_the_same_to_every_login_and_search_path()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"ALTER DATABASE {host.Database.Name} SET search_path = dxy, dxy_orleans, public");
        await using var other = Npgsql.NpgsqlDataSource.Create(host.Database.ConnectionString + ";Application Name=other");
        Assert.Empty(await SchemaCheck.DifferencesAsync(other, TestHost.Token));
        await using var reader = await host.LoginAsync("GRANT dxy_reader TO {0}");
        Assert.Empty(await SchemaCheck.DifferencesAsync(reader, TestHost.Token));
    }

    [Fact]
    public async Task Tables_that_stood_before_get_triggers_and_nothing_else()
    {
        await using var database = await ExistingHost.CreateAsync(server);
        var before = await SchemaCheck.FactsAsync(database.Data, "checks/host_definitions.sql", TestHost.Token);
        await Installer(database).ApplyAsync(TestHost.Token);

        Assert.NotEmpty(before);
        Assert.Equal(before, await SchemaCheck.FactsAsync(database.Data, "checks/host_definitions.sql", TestHost.Token));
        Assert.Equal(0, await database.ValueAsync<long>("SELECT count(*) FROM dxy.created_table", TestHost.Token));
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_host_that_keeps_its_index_in_the_old_table_goes_on_there()
    {
        await using var database = await ExistingHost.CreateAsync(server);
        await Installer(database).ApplyAsync(TestHost.Token);
        Assert.Equal(
            "DXY legacy",
            await database.ValueAsync<string>("SELECT string_agg(symbol || ' ' || mode, ',') FROM dxy.route", TestHost.Token)
        );
    }

    [Fact]
    public async Task A_fresh_host_has_no_route_and_so_the_new_one()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Equal(0, await host.CountAsync("dxy.route"));
    }

    [Fact]
    public async Task A_function_whose_text_changed_is_renewed_and_stays_closed_to_the_public()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await Installer(database).ApplyAsync(TestHost.Token);
        await database.RunAsync(
            """
            CREATE OR REPLACE FUNCTION dxy.expand_changes(p_limit integer DEFAULT 5000) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            DELETE FROM dxy.journal WHERE scriptname LIKE 'functions/due/expand%' OR scriptname LIKE 'functions/rights%';
            """,
            TestHost.Token
        );

        var run = await Installer(database).ApplyAsync(TestHost.Token);
        Assert.Equal(2, run.Count);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
    }

    [Fact]
    public async Task What_ran_under_the_name_that_a_file_had_before_does_not_run_again()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await Installer(database).ApplyAsync(TestHost.Token);
        foreach (var (before, now) in SchemaManifest.Moved)
        {
            await database.RunAsync(
                $"UPDATE dxy.journal SET scriptname = '{before}' || substr(scriptname, length('{now}') + 1) WHERE "
                    + $"split_part(scriptname, '@', 1) = '{now}'",
                TestHost.Token
            );
        }

        Assert.Empty(await Installer(database).ApplyAsync(TestHost.Token));
        await database.RunAsync(
            "UPDATE dxy.journal SET scriptname = 'functions/050_expand.sql@before' WHERE scriptname LIKE 'functions/050%'",
            TestHost.Token
        );
        Assert.StartsWith(
            "functions/due/expand.sql@",
            Assert.Single(await Installer(database).ApplyAsync(TestHost.Token)),
            StringComparison.Ordinal
        );
        Assert.Equal(
            0,
            await database.ValueAsync<long>(
                "SELECT count(*) FROM dxy.journal WHERE scriptname ~ '^(functions/[0-9]|schema_start)'",
                TestHost.Token
            )
        );
        Assert.Empty(await Installer(database).PlanAsync(TestHost.Token));
    }

    [Fact]
    public void The_manifest_names_every_script_once()
    {
        var installed = SchemaManifest.Entries.Select(entry => entry.File);
        Assert.Equal(
            new[] { "schema", "orleans", "functions" }.SelectMany(Sql.Files).Order(StringComparer.Ordinal),
            installed.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("sometimes functions/time/clock.sql")]
    [InlineData("renewed functions/time/clock.sql is functions/010_clock.sql")]
    [InlineData("renewed")]
    public void A_line_of_the_manifest_that_is_none_is_refused(string line) =>
        Assert.Contains(line, Assert.Throws<FormatException>(() => SchemaManifest.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_script_that_fails_is_named()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync("CREATE SCHEMA dxy; CREATE TABLE dxy.due (id integer)", TestHost.Token);
        var fault = await Assert.ThrowsAsync<SchemaException>(() => Installer(database).ApplyAsync(TestHost.Token));
        Assert.Contains("schema/001_schema.sql", fault.Message, StringComparison.Ordinal);
    }
}
