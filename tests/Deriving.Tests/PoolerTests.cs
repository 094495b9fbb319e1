using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests;

/// <summary>The live path of several silos over one connection that pgbouncer lends from transaction to transaction.</summary>
public sealed class PoolerTests(TestServer server)
{
    // What the pooler itself sets for each client is none of ours.
    const string SessionSettings =
        "SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name' ORDER BY 1";

    [Fact]
    public async Task Writers_and_derivers_that_share_one_connection_get_done_equal_the_recomputation_and_leave_no_setting_behind()
    {
        PgBouncer.Require();
        await using var host = await TestHost.OpenAsync(server);
        await using var pooler = await PgBouncer.StartAsync(host.Database.ConnectionString, poolSize: 1, TestHost.Token);
        await using var silo = Open(pooler);
        await using var other = Open(pooler);
        var before = await TextsAsync(silo, SessionSettings);

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async part =>
                {
                    var data = part % 2 == 0 ? silo : other;
                    await new BarStore(data, TimeProvider.System).WriteAsync(
                        TestHost.Minutes(part * 60, part == 3 ? 240 : 60),
                        BarSource.Ingest,
                        false,
                        TestHost.Token
                    );
                    await DrainAsync(data);
                })
        );
        var forming = new FormingBarStore(silo);
        var bar = FormingBar.Begin(TestHost.One("EURUSD"), new Quote(TestHost.Minute(0), 1.1m));
        Assert.True(await forming.SaveAsync(new SavedForming(bar, BarSource.Vendor, 0), TestHost.Token));
        await new DueStore(other).RequestAsync(
            Series.Parse("DXY/1m"),
            new TimeRange(TestHost.Minute(0), TestHost.Minute(9)),
            "request",
            null,
            prune: true,
            TestHost.Token
        );
        await DrainAsync(silo);

        Assert.Equal(420, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        foreach (var rule in await RulesAsync(silo))
        {
            Assert.Empty(
                (
                    await new TargetVerifier(other, rule).CompareAsync(
                        new TimeRange(TestHost.Minute(0), TestHost.Minute(480)),
                        false,
                        TestHost.Token
                    )
                ).Differences
            );
        }

        Assert.Equal(before, await TextsAsync(other, SessionSettings));
        Assert.Equal(
            0,
            await host.CountAsync(
                "pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        );
    }

    [Fact]
    public async Task The_schema_is_installed_through_a_pooler_and_then_found_to_be_there()
    {
        PgBouncer.Require();
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, poolSize: 3, TestHost.Token);
        var installer = new DxyOrleans.Schema.SchemaInstaller(pooler.ConnectionString, TimeProvider.System);
        Assert.NotEmpty(await installer.ApplyAsync(TestHost.Token));
        Assert.Empty(await installer.ApplyAsync(TestHost.Token));
    }

    static NpgsqlDataSource Open(PgBouncer pooler) =>
        Postgres.Database.Open(new DatabaseSettings { Connection = pooler.ConnectionString, Prepare = false });

    static async Task<List<ITargetRule>> RulesAsync(NpgsqlDataSource data)
    {
        var registry = await new RegistryStore(data).LoadAsync(TestHost.Token);
        return [.. registry.Targets.Select(target => TargetRules.For(registry, target, new DerivingOptions())!)];
    }

    static async Task DrainAsync(NpgsqlDataSource data)
    {
        var due = new DueStore(data);
        var rules = (await RulesAsync(data)).ToDictionary(rule => rule.Series);
        var slices = 1;
        while (slices > 0)
        {
            slices = await due.ExpandAsync(TestHost.Token);
            foreach (var target in await due.TargetsAsync(TestHost.Token))
            {
                await new Deriver(data, rules[target]).DrainAsync(_ => slices++, TestHost.Token);
            }
        }
    }

    static async Task<List<string>> TextsAsync(NpgsqlDataSource data, string sql)
    {
        var rows = new List<string>();
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
