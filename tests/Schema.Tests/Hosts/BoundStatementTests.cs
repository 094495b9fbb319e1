using DxyOrleans.Bars.Writing;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Membership;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Hosts;

/// <summary>Statements are written for our tables and brought to the host's: all of them, functions too, for a host as unlike ours as can
/// be.</summary>
public sealed class BoundStatementTests(TestServer server)
{
    [Fact]
    public async Task The_server_understands_every_statement_for_the_hosts_tables_that_it_understands_for_ours()
    {
        // Statements are those of the rooms that are loaded.
        Assert.All([typeof(SchemaInstaller), typeof(BarStore), typeof(Deriver), typeof(Heartbeat)], room =>
            Assert.NotEmpty(room.Assembly.GetManifestResourceNames())
        );
        await using var ours = await TestHost.OpenAsync(server);
        await using var bound = await TestHost.OnHostAsync(server, HostTables.Base + HostTables.Unlike, BindingRules.Utc);
        var binding = HostBindings.Of(bound.Data);
        var faults = new List<string>();
        var understood = 0;
        foreach (
            var (path, text) in Sql
                .Statements.Select(name => (name, Sql.Statement(name)))
                .Concat(Sql.Files("trial").Select(path => (path, Sql.Text(path))))
        )
        {
            if (await StatementTrial.FaultAsync(ours.Data, text) is null)
            {
                understood++;
                var fault = await StatementTrial.FaultAsync(bound.Data, binding.Render(text));
                faults.AddRange(fault is null ? [] : [$"{path}: {fault}"]);
            }
        }

        Assert.Equal("", string.Join('\n', faults));
        Assert.True(understood > 60, $"{understood} were understood");
    }

    [Fact]
    public async Task A_minute_rides_its_last_bars_commit_and_is_mirrored()
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base + HostTables.Unlike, BindingRules.Utc);
        var first = HostTables.HourWithoutZone.Replace("2025-01-13 10:59Z", "2025-01-13 10:00Z", StringComparison.Ordinal);
        Assert.True(
            await host.ValueAsync<bool>(
                $$"""
                {{first}};
                SELECT dxy.ride('DXY', '2025-01-13 10:00Z', (SELECT metadata::text FROM core_asset_registry_all
                  WHERE canonical_symbol = 'DXY'),
                  ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.10, 150, 1.27, 1.36, 10.5, 0.88], 103.0413239,
                    '{"kind": "dxy"}')
                """
            )
        );
        Assert.Equal(
            ["1m synthetic 2025-01-13 10:00:00"],
            await host.TextsAsync("SELECT timeframe || ' ' || source || ' ' || ts_utc FROM data_bars WHERE canonical_symbol = 'DXY'")
        );

        await host.RunAsync(
            """
            SELECT dxy.flip_route('DXY', 'both');
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw) VALUES ('DXY', '1m',
              '2025-01-13 10:00', 104, 104, 104, 104, 'synthetic', '{}');
            SELECT dxy.mirror_bars('DXY', ARRAY[timestamptz '2025-01-13 10:00Z'])
            """
        );
        Assert.Equal(["104"], await host.TextsAsync("SELECT close::text FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(
            ["derived_data_bars {DXY} {1m} 2025-01-13 10:00:00"],
            await host.TextsAsync(
                "SELECT table_name || ' ' || symbols::text || ' ' || timeframes::text || ' ' || first_ts AT TIME ZONE 'UTC' FROM "
                    + "dxy.change WHERE table_name = 'derived_data_bars'"
            )
        );
    }
}
