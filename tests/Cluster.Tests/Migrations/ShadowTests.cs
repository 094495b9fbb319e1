using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>A silo in shadow mode beside a host's own deriver, which knows nothing of us.</summary>
public sealed class ShadowTests(TestServer server) : SiloTests(server)
{
    readonly TestServer _server = server;

    const string Rows = """
        SELECT 'data_bars ' || b::text AS line FROM public.data_bars AS b UNION ALL SELECT 'derived ' || b::text
          FROM public.derived_data_bars AS b
        UNION ALL SELECT 'registry ' || r::text FROM public.core_asset_registry_all AS r UNION ALL SELECT 'due ' || d::text FROM dxy.due
          AS d
        UNION ALL SELECT 'adopted ' || a::text FROM dxy.adopted AS a ORDER BY 1
        """;

    const string Written = """
        SELECT relname || ' ' || n_tup_ins || ' ' || n_tup_upd || ' ' || n_tup_del FROM pg_stat_user_tables
        WHERE schemaname = 'public' AND relname IN ('data_bars', 'derived_data_bars') ORDER BY 1
        """;

    [Fact]
    public async Task A_silo_in_shadow_mode_tells_what_a_legacy_deriver_writes_wrongly_and_writes_nothing_in_the_hosts_tables()
    {
        var cluster = await OpenAsync("shadow");
        var host = cluster.HostDatabase;
        await new SchemaInstaller(cluster.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        await host.HireIngestAsync();
        await host.RunAsync("DELETE FROM core_asset_registry_all WHERE canonical_symbol = 'DXY'");
        var role = await host.ValueAsync<string>(
            "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'ingest\\_%' AND has_table_privilege(oid, 'data_bars', 'INSERT') "
                + "ORDER BY oid DESC LIMIT 1"
        );
        await host.RunAsync($"GRANT SELECT, INSERT ON derived_data_bars TO {role}");
        var day = (await host.NowAsync()).Floor(Timeframe.OneDay) - TimeSpan.FromDays(1);
        var range = new TimeRange(day + TimeSpan.FromHours(8), day + TimeSpan.FromHours(9));
        await host.InsertAsync(range);
        await host.IngestAsync(
            HostDatabase.Within(
                """
                INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
                SELECT 'DXY', '1m', ts_utc, v, v, v, v, 'synthetic'
                FROM (SELECT ts_utc, round(50.14348112
                        * power(max(close) FILTER (WHERE canonical_symbol = 'EURUSD'),
                          -0.576) * power(max(close) FILTER (WHERE canonical_symbol = 'USDJPY'), 0.136)
                        * power(max(close) FILTER (WHERE canonical_symbol = 'GBPUSD'),
                          -0.119) * power(max(close) FILTER (WHERE canonical_symbol = 'USDCAD'), 0.091)
                        * power(max(close) FILTER (WHERE canonical_symbol = 'USDSEK'),
                          0.042) * power(max(close) FILTER (WHERE canonical_symbol = 'USDCHF'), 0.036), 8)
                        + CASE WHEN extract(minute FROM ts_utc) = 7 THEN 0.5 ELSE 0 END AS v
                      FROM data_bars WHERE ts_utc >= '$from' AND ts_utc < '$to' GROUP BY ts_utc) AS f
                """,
                range
            )
        );
        var before = await host.ListAsync(Rows);
        var written = await WrittenAsync();
        var log = await LogAsync();
        var ours = $"@{await host.ValueAsync<string>("SELECT current_database()::text")} ";

        var silo = cluster.Start("--Shadow", "true", "--ShadowDays", "2");
        await silo.ReadyAsync();
        await Until.NothingIsMissingAsync(
            "yesterday is compared",
            async () =>
                await host.CountAsync("dxy.shadow WHERE timeframe = '1m' AND equal = 59 AND different = 1 AND missing = 0 AND extra = 0")
                == 1
                    ? null
                    : string.Join("; ", await host.ListAsync("SELECT s::text FROM dxy.shadow AS s")),
            Soon
        );
        Assert.Equal(0, await silo.StopAsync());

        Assert.Equal(before, await host.ListAsync(Rows));
        Assert.Equal(written, await WrittenAsync());
        Assert.DoesNotContain((await LogAsync())[log.Length..].Split('\n'), line =>
            line.Contains(ours, StringComparison.Ordinal)
            && (line.Contains("ERROR:", StringComparison.Ordinal) || line.Contains("FATAL:", StringComparison.Ordinal))
        );
        await host.RunAsync($"REVOKE ALL ON derived_data_bars FROM {role}");

        // The server counts a session's rows, those that were rolled back included, at the latest when it ends.
        async Task<string> WrittenAsync()
        {
            host.ForgetConnections();
            await Until.NothingIsMissingAsync(
                "every session of the database has ended",
                async () =>
                    string.Join(
                        ", ",
                        await host.ListAsync(
                            "SELECT usename || ' ' || application_name FROM pg_stat_activity WHERE datname = current_database() AND "
                                + "backend_type = 'client backend' AND pid <> pg_backend_pid()"
                        )
                    )
                        is { Length: > 0 } others
                        ? others
                        : null,
                Soon
            );
            return string.Join(", ", await host.ListAsync(Written));
        }

        // The server's own, whole; another server's isn't ours to read.
        async Task<string> LogAsync() => _server.Embedded is { } embedded ? await File.ReadAllTextAsync(embedded.LogFile, Token) : "";
    }
}
