using DxyOrleans.Bars;
using DxyOrleans.Deriving;
using DxyOrleans.Membership;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Storage.Tests.Schema.Hosts;

/// <summary>Statements are written for our tables and brought to the host's: all of them, functions too, for a host as unlike ours as can be.</summary>
public sealed class BoundStatementTests(TestServer server)
{
    internal static readonly string Unlike =
        HostTables.Accepted["enums"].Change
        + ";"
        + HostTables.Both(
            """
            ALTER TABLE {0} ALTER canonical_symbol TYPE char(12), ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC', ALTER open TYPE float8, ALTER close TYPE real,
              DROP COLUMN vwap, DROP COLUMN trade_count, ALTER vol TYPE bigint, ALTER raw DROP DEFAULT, ALTER raw TYPE json, DROP COLUMN updated_at
            """
        )
        + "ALTER TABLE data_bars ADD COLUMN updated_at timestamptz GENERATED ALWAYS AS (ingested_at) STORED; ALTER TABLE derived_data_bars ALTER derivation_version TYPE bigint";

    [Fact]
    public async Task The_server_understands_every_statement_for_the_hosts_tables_that_it_understands_for_ours()
    {
        // Statements are those of the rooms that are loaded.
        Assert.All([typeof(SchemaInstaller), typeof(BarStore), typeof(Deriver), typeof(Heartbeat)], room =>
            Assert.NotEmpty(room.Assembly.GetManifestResourceNames())
        );
        await using var ours = await Shop.OpenAsync(server);
        await using var host = await Shop.OnHostAsync(server, HostTables.Base + Unlike, BindingRules.Utc);
        var binding = HostBindings.Of(host.Data);
        var faults = new List<string>();
        var understood = 0;
        foreach (
            var (path, text) in Sql
                .Statements.Select(name => (name, Sql.Statement(name)))
                .Concat(Sql.Files("trial").Select(path => (path, Sql.Text(path))))
        )
        {
            if (await FaultAsync(ours.Data, text) is null)
            {
                understood++;
                var fault = await FaultAsync(host.Data, binding.Render(text));
                faults.AddRange(fault is null ? [] : [$"{path}: {fault}"]);
            }
        }

        Assert.Equal("", string.Join('\n', faults));
        Assert.True(understood > 60, $"{understood} were understood");
    }

    [Fact]
    public async Task A_minute_rides_its_last_bars_commit_and_is_mirrored()
    {
        await using var shop = await Shop.OnHostAsync(server, HostTables.Base + Unlike, BindingRules.Utc);
        var first = HostTables.HourWithoutZone.Replace("2025-01-13 10:59Z", "2025-01-13 10:00Z", StringComparison.Ordinal);
        Assert.True(
            await shop.ValueAsync<bool>(
                $$"""
                {{first}};
                SELECT dxy.ride('DXY', '2025-01-13 10:00Z', (SELECT metadata::text FROM core_asset_registry_all WHERE canonical_symbol = 'DXY'),
                  ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.10, 150, 1.27, 1.36, 10.5, 0.88], 103.0413239, '{"kind": "dxy"}')
                """
            )
        );
        Assert.Equal(
            ["1m synthetic 2025-01-13 10:00:00"],
            await shop.TextsAsync("SELECT timeframe || ' ' || source || ' ' || ts_utc FROM data_bars WHERE canonical_symbol = 'DXY'")
        );

        await shop.RunAsync(
            """
            SELECT dxy.flip_route('DXY', 'both');
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw) VALUES ('DXY', '1m', '2025-01-13 10:00', 104, 104, 104, 104, 'synthetic', '{}');
            SELECT dxy.mirror_bars('DXY', ARRAY[timestamptz '2025-01-13 10:00Z'])
            """
        );
        Assert.Equal(["104"], await shop.TextsAsync("SELECT close::text FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(
            ["derived_data_bars {DXY} {1m} 2025-01-13 10:00:00"],
            await shop.TextsAsync(
                "SELECT table_name || ' ' || symbols::text || ' ' || timeframes::text || ' ' || first_ts AT TIME ZONE 'UTC' FROM dxy.change WHERE table_name = 'derived_data_bars'"
            )
        );
    }

    // Null also where only the parameters' types are in doubt: everything else was understood by then.
    internal static async Task<string?> FaultAsync(NpgsqlDataSource database, string text, string? types = null)
    {
        var query = text.StartsWith("COPY (", StringComparison.Ordinal)
            ? text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..text.LastIndexOf(") TO STDOUT", StringComparison.Ordinal)]
            : text;
        await using var connection = await database.OpenConnectionAsync(Shop.Token);
        try
        {
            await connection.RunAsync("SET timezone = 'UTC'", Shop.Token);
            await connection.RunAsync($"PREPARE tried{(types is null ? "" : $"({types})")} AS {query}", Shop.Token);
            await connection.RunAsync("DEALLOCATE tried", Shop.Token);
            return null;
        }
        catch (PostgresException fault)
        {
            return fault.SqlState == PostgresErrorCodes.IndeterminateDatatype ? null : fault.MessageText;
        }
    }
}
