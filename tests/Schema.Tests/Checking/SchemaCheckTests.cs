using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Checking;

public sealed class SchemaCheckTests(TestServer server)
{
    [Theory]
    [InlineData("DROP FUNCTION dxy.adopt_targets()", "missing: function dxy.adopt_targets()")]
    [InlineData(
        "CREATE OR REPLACE FUNCTION dxy.expand_changes(p_limit integer DEFAULT 5000) RETURNS integer LANGUAGE sql SET search_path = "
            + "pg_catalog, pg_temp AS 'SELECT 0'",
        "unexpected: function dxy.expand_changes"
    )]
    [InlineData("ALTER FUNCTION dxy.capture_update() RESET jit", "unexpected: function dxy.capture_update()")]
    [InlineData("DROP TRIGGER dxy_capture_update ON public.data_bars", "missing: trigger dxy_capture_update on public.data_bars")]
    [InlineData(
        "ALTER TABLE public.derived_data_bars DISABLE TRIGGER dxy_capture_delete",
        "disabled: trigger dxy_capture_delete on public.derived_data_bars"
    )]
    [InlineData(
        "ALTER TABLE public.data_bars ENABLE REPLICA TRIGGER dxy_capture_insert",
        "disabled: trigger dxy_capture_insert on public.data_bars"
    )]
    [InlineData(
        "ALTER TABLE public.data_bars DISABLE TRIGGER USER; ALTER TABLE public.data_bars ENABLE TRIGGER USER",
        "disabled: trigger dxy_capture_row on public.data_bars"
    )]
    [InlineData("DROP INDEX dxy.due_by_target", "missing: index dxy.due_by_target")]
    [InlineData("ALTER TABLE dxy.due DROP COLUMN error", "missing: column dxy.due.error")]
    [InlineData("DROP TRIGGER clock_only_embedded ON dxy.clock", "missing: trigger dxy.clock clock_only_embedded")]
    [InlineData("REVOKE DELETE ON dxy.change FROM dxy_silo", "missing: right DELETE on dxy.change to dxy_silo")]
    [InlineData("GRANT UPDATE ON dxy.route TO dxy_silo", "unexpected: right UPDATE on dxy.route to dxy_silo")]
    [InlineData(
        "GRANT EXECUTE ON FUNCTION dxy.flip_route(text, text) TO PUBLIC",
        "unexpected: right EXECUTE on function dxy.flip_route to public"
    )]
    [InlineData("DROP TABLE public.core_asset_registry_all CASCADE", "missing: table public.core_asset_registry_all")]
    public async Task What_was_changed_behind_our_back_is_named(string harm, string difference)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(harm);
        var differences = await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token);
        Assert.Contains(differences, line => line.StartsWith(difference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_partition_without_triggers_is_found_and_mended()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(Partitioned.Tables, TestHost.Token);
        var installer = new SchemaInstaller(database.ConnectionString, TimeProvider.System);
        await installer.ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));

        await database.RunAsync(
            "CREATE TABLE public.bars_2025 PARTITION OF public.data_bars FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z')",
            TestHost.Token
        );
        Assert.Equal(
            [
                "missing: trigger dxy_capture_delete on public.bars_2025",
                "missing: trigger dxy_capture_insert on public.bars_2025",
                "missing: trigger dxy_capture_update on public.bars_2025",
            ],
            await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token)
        );

        Assert.Equal(3, (await installer.ApplyAsync(TestHost.Token)).Count);
        Assert.Empty(await SchemaCheck.DifferencesAsync(database.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_disabled_trigger_is_enabled_again_by_apply()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE public.data_bars DISABLE TRIGGER dxy_capture_update");
        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }
}
