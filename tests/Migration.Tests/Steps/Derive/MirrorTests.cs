using DxyOrleans.Migration.Engine;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.Derive;

/// <summary>What other programs write to the old table stands in the new one at their commit, whatever the statement's size.</summary>
public sealed class MirrorTests(TestServer server)
{
    const string Unequal = """
        SELECT count(*) FROM (SELECT ts_utc, open, high, low, close, vol FROM derived_data_bars WHERE canonical_symbol = 'DXY'
          AND timeframe = '1m' AND deleted_at IS NULL) AS o
        FULL JOIN (SELECT ts_utc, open, high, low, close, vol FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m')
          AS n USING (ts_utc, open, high, low, close, vol)
        WHERE o.ts_utc IS NULL OR n.ts_utc IS NULL
        """;

    const string Fill = """
        INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
        SELECT 'DXY', '1m', timestamptz '2024-03-04 00:00Z' + i * interval '1 minute', 101, 102, 100, 101, 0, 'synthetic'
          FROM generate_series(0, 4999) AS i
        """;

    static async Task<TestHost> MirroringAsync(TestServer server, string before = "")
    {
        var host = await TestHost.OpenAsync(server, before);
        await host.RunAsync(
            "SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'r', dxy.now()); SELECT "
                + "dxy.flip_route('DXY', 'both')"
        );
        await host.RunAsync(MigrationSql.Template("derive/mirror_on"));
        return host;
    }

    [Fact]
    public async Task Statements_of_every_kind_and_size_are_mirrored_at_once()
    {
        await using var host = await MirroringAsync(server);
        foreach (
            var statement in (string[])
                [
                    Fill,
                    "UPDATE derived_data_bars SET vol = 7, close = 101.5",
                    "UPDATE derived_data_bars SET ts_utc = ts_utc - interval '10 days' WHERE ts_utc < '2024-03-04 10:00Z'",
                    "UPDATE derived_data_bars SET deleted_at = now() WHERE ts_utc > '2024-03-06Z'",
                    "DELETE FROM derived_data_bars WHERE ts_utc < '2024-03-01Z'",
                    "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES "
                        + "('OTHER', '1m', '2024-03-04 00:00Z', 1, 1, 1, 1, 'synthetic')",
                ]
        )
        {
            Assert.NotEqual(0, await host.RunAsync(statement));
            Assert.Equal(0, await host.ValueAsync<long>(Unequal));
        }

        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'OTHER'"));
        await host.RunAsync(MigrationSql.Template("derive/mirror_off"));
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy\\_mirror%'"));
        await host.RunAsync("UPDATE derived_data_bars SET vol = 8");
        Assert.NotEqual(0, await host.ValueAsync<long>(Unequal));
    }

    [Fact]
    public async Task What_a_replica_brings_is_mirrored_row_by_row()
    {
        await using var host = await MirroringAsync(server);
        await using var admin = await host.Database.Admin.OpenConnectionAsync(TestHost.Token);
        await using var write = new NpgsqlCommand(
            $"SET session_replication_role = replica; {Fill.Replace("4999", "9", StringComparison.Ordinal)}; UPDATE derived_data_bars "
                + $"SET close = 101.5; DELETE FROM derived_data_bars WHERE ts_utc < '2024-03-04 00:03Z'; RESET session_replication_role",
            admin
        );
        await write.ExecuteNonQueryAsync(TestHost.Token);
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
        Assert.Equal(7, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task A_trigger_that_an_older_version_put_on_goes_on_mirroring()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            "SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'r', dxy.now()); SELECT "
                + "dxy.flip_route('DXY', 'both')"
        );
        await host.RunAsync(
            "CREATE TRIGGER dxy_mirror AFTER INSERT OR UPDATE OR DELETE ON public.derived_data_bars FOR EACH ROW EXECUTE FUNCTION "
                + "dxy.mirror()"
        );
        await host.RunAsync(Fill.Replace("4999", "9", StringComparison.Ordinal));
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
        await host.RunAsync(MigrationSql.Template("derive/mirror_on"));
        await host.RunAsync("UPDATE derived_data_bars SET vol = 3");
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
        await host.RunAsync(MigrationSql.Template("derive/mirror_off"));
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dxy\\_mirror%'"));
    }
}
