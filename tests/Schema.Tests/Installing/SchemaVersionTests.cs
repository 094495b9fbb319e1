using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Installing;

/// <summary>Two builds at one database: the older never puts its functions over the newer's.</summary>
public sealed class SchemaVersionTests(TestServer server)
{
    static readonly SchemaVersion Own = SchemaVersion.Own;

    static SchemaInstaller Installer(TestHost host, SchemaVersion? version = null) =>
        new(host.Database.ConnectionString, TimeProvider.System) { Version = version ?? Own };

    [Fact]
    public async Task An_older_build_leaves_a_newer_schema_as_it_is_and_works_with_it()
    {
        await using var host = await TestHost.OpenAsync(server);
        await BecomeNewerAsync(host, Own.Number);

        Assert.Empty(await Installer(host).PlanAsync(TestHost.Token));
        Assert.Empty(await Installer(host).ApplyAsync(TestHost.Token));
        Assert.Null(Own.FaultWith(await SchemaVersion.ReadAsync(host.Data, TestHost.Token)));
        Assert.Equal("of the newer", (await host.TextsAsync("SELECT dxy.length_of_newer()")).Single());
    }

    [Fact]
    public async Task An_older_build_that_a_newer_schema_has_no_place_for_refuses_in_one_line()
    {
        await using var host = await TestHost.OpenAsync(server);
        await BecomeNewerAsync(host, Own.Number + 1);
        var fault = await Assert.ThrowsAsync<SchemaException>(() => Installer(host).ApplyAsync(TestHost.Token));
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Contains($"no build older than {Own.Number + 1}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("install the newer build", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_build_says_that_it_is_newer_before_it_changes_anything()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            "ALTER VIEW dxy.dependency RENAME TO was_dependency; CREATE VIEW dxy.dependency AS SELECT 1 AS other; DELETE FROM "
                + "dxy.journal WHERE scriptname LIKE 'functions/due/dependencies%'"
        );
        await Assert.ThrowsAsync<SchemaException>(() => Installer(host, Own with { Number = Own.Number + 1 }).ApplyAsync(TestHost.Token));

        Assert.Equal(Own.Number + 1, (await SchemaVersion.ReadAsync(host.Data, TestHost.Token))!.Number);
        Assert.Empty(await Installer(host).ApplyAsync(TestHost.Token));
    }

    [Fact]
    public async Task A_schema_from_before_versions_were_counted_is_brought_up_to_date()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("DROP TABLE dxy.schema_version; DELETE FROM dxy.journal WHERE scriptname LIKE 'functions/rights%'");
        Assert.Contains(
            "run './dxy db apply'",
            Own.FaultWith(await SchemaVersion.ReadAsync(host.Data, TestHost.Token)),
            StringComparison.Ordinal
        );

        await Installer(host).ApplyAsync(TestHost.Token);
        Assert.Equal(Own, await SchemaVersion.ReadAsync(host.Data, TestHost.Token));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_function_whose_earlier_text_comes_back_is_renewed_though_that_text_ran_before()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            """
            CREATE OR REPLACE FUNCTION dxy.bucket(p_timeframe text, p_ts timestamptz) RETURNS timestamptz LANGUAGE sql AS 'SELECT p_ts';
            INSERT INTO dxy.journal (scriptname, applied) VALUES ('functions/time/timeframe.sql@between', now()),
              ('functions/rights.sql@between', now());
            """
        );
        Assert.Equal(2, (await Installer(host).PlanAsync(TestHost.Token)).Count);
        await Installer(host).ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        Assert.Empty(await Installer(host).PlanAsync(TestHost.Token));
    }

    [Fact]
    public void Without_a_schema_there_is_nothing_to_work_with() =>
        Assert.Contains("no schema", Own.FaultWith(null), StringComparison.Ordinal);

    // What a build of tomorrow would leave: a view with a column more, which ours can't replace, a function of its own, and none of our
    // names in the journal.
    static Task BecomeNewerAsync(TestHost host, int least) =>
        host.RunAsync(
            $"""
            UPDATE dxy.schema_version SET number = {Own.Number + 1}, least = {least};
            CREATE FUNCTION dxy.length_of_newer() RETURNS text LANGUAGE sql AS $$SELECT 'of the newer'$$;
            DROP VIEW dxy.dependency CASCADE;
            CREATE VIEW dxy.dependency AS SELECT 'tomorrow'::text AS another_column;
            UPDATE dxy.journal SET scriptname = split_part(scriptname, '@', 1) || '@ofthenewer' WHERE scriptname LIKE '%@%';
            """
        );
}
