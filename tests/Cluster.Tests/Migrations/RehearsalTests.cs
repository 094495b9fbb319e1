using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>The whole of a migration, as <c>./dxy migrate rehearse</c> runs it: real silos, a real server, the host's own programs writing,
/// a window of 24 hours.</summary>
public sealed class RehearsalTests
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    static string Console
    {
        get
        {
            var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.Combine(mine.Parent!.Parent!.FullName, "DxyOrleans.Client", mine.Name, "dxy-console.dll");
        }
    }

    [Fact(Explicit = true)]
    public async Task A_legacy_host_is_migrated_from_start_to_end_in_one_command_with_all_gates_real_and_nothing_is_left_running()
    {
        var folder = TestFolder.Make();
        var home = Path.Combine(folder, "home");
        var server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { Home = home, Durable = false },
            notice: null,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        try
        {
            var (code, output, error) = await RunAsync(
                folder,
                "--home",
                home,
                "--json",
                "migrate",
                "rehearse",
                "--bars",
                "20000",
                "--days",
                "5",
                "--rate",
                "1440"
            );
            Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
            using var report = JsonDocument.Parse(output);
            var root = report.RootElement;
            Assert.Equal("completed", root.GetProperty("state").GetString());
            Assert.Equal(
                ["done"],
                root.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("state").GetString()).Distinct()
            );
            Assert.Equal(9, root.GetProperty("phases").GetArrayLength());
            Assert.True(root.GetProperty("phases")[7].GetProperty("market_seconds").GetDouble() >= TimeSpan.FromHours(24).TotalSeconds);
            Assert.Equal(
                Enumerable.Repeat("PASS", 7),
                root.GetProperty("criteria").EnumerateArray().Select(criterion => criterion.GetProperty("verdict").GetString())
            );
            Assert.Equal(JsonValueKind.Null, root.GetProperty("audit").GetProperty("fault").ValueKind);
            Assert.Equal(
                100,
                root.GetProperty("conflicts")
                    .EnumerateArray()
                    .Where(conflict => conflict.GetProperty("class").GetString() == "superseded")
                    .Sum(conflict => conflict.GetProperty("count").GetInt64())
            );
            Assert.True(root.GetProperty("others").GetProperty("bars").GetInt64() > 1_500 * 6);

            Assert.NotNull(EmbeddedServer.Find(home, TimeProvider.System));
            Assert.Equal(0L, await ValueAsync(server, "SELECT count(*) FROM pg_database WHERE datname LIKE 'dxy_rehearsal%'"));
            Assert.Equal(0L, await ValueAsync(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dxy_rehearsal%'"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(home, "rehearsal")));
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DeleteAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    const string Refused = "apply";

    const string Derives = "SELECT calc_dxy_range_derived('2025-01-08T07:50Z', '2025-01-08T08:00Z')";

    // A host of a reader's kind: nullable counts, keys from a sequence, jit on, a writer of its own and its old function. What fails in the
    // rehearsal fails live for the same reason: db apply there, or the statement of the host's writer.
    [Theory(Explicit = true)]
    [InlineData("", 0, null)]
    [InlineData(
        "ALTER TABLE data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'; "
            + "ALTER TABLE derived_data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'",
        0,
        null
    )]
    [InlineData("{enums}", 0, null)]
    [InlineData("ALTER TABLE data_bars ADD CONSTRAINT fx_only CHECK (canonical_symbol <> 'DXY')", null, "fx_only", Refused)]
    [InlineData(
        "ALTER TABLE data_bars ADD COLUMN vendor text NOT NULL DEFAULT 'x'; ALTER TABLE data_bars ALTER vendor DROP DEFAULT",
        null,
        "public.data_bars.vendor is NOT NULL without a default",
        Refused
    )]
    [InlineData(
        "ALTER TABLE data_bars ENABLE ROW LEVEL SECURITY; CREATE POLICY fx ON data_bars FOR ALL TO {0} USING (true)",
        null,
        "row-level security policy",
        Refused
    )]
    [InlineData(
        "REVOKE INSERT ON derived_data_bars FROM {0}",
        4,
        "permission denied for table derived_data_bars",
        Derives,
        "--writer-role",
        "tick_factory"
    )]
    [InlineData("ALTER ROLE {0} SET statement_timeout = '1ms'", 4, "statement timeout", Derives)]
    [InlineData(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.canonical_symbol = ''DXY'' THEN RAISE ''no index "
            + "here''; END IF; RETURN NEW; END'; CREATE TRIGGER refuse BEFORE INSERT ON data_bars FOR EACH ROW EXECUTE FUNCTION refuse()",
        null,
        "no index here",
        Refused
    )]
    [InlineData(
        "REVOKE USAGE ON SEQUENCE derived_data_bars_id_seq FROM {0}",
        4,
        "permission denied for sequence derived_data_bars_id_seq",
        Derives
    )]
    public async Task A_copied_host_of_others_is_migrated_or_fails_for_the_reason_it_would_fail_for_live(
        string harm,
        int? code,
        string? reason,
        string? live = null,
        params string[] more
    )
    {
        var folder = TestFolder.Make();
        var home = Path.Combine(folder, "shop");
        var server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { Home = home, Durable = false },
            notice: null,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        try
        {
            await FillAsync(server, harm);
            var (ended, output, error) = await RunAsync(
                folder,
                [
                    "--home",
                    Path.Combine(folder, "home"),
                    "--json",
                    "migrate",
                    "rehearse",
                    "--from",
                    server.ConnectionString,
                    "--days",
                    "4",
                    "--rate",
                    "1440",
                    "--legacy",
                    "mirrored",
                    .. more,
                ]
            );
            Assert.True(code is null ? ended != 0 : ended == code, $"exit code {ended}\n{output}\n{error}");
            Assert.Contains(reason ?? "completed", output + error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "home", "rehearsal")));
            if (live is not null)
            {
                Assert.Contains(reason!, await LiveAsync(server, folder, live), StringComparison.Ordinal);
            }
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DeleteAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    // What is said in the host's database itself.
    static async Task<string> LiveAsync(EmbeddedServer server, string folder, string live)
    {
        if (live == Refused)
        {
            var (code, output, error) = await RunAsync(folder, "--database", server.ConnectionString, "db", "apply");
            Assert.Equal(4, code);
            return output + error;
        }

        await using var writer = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server.ConnectionString)
            {
                Username = "tick_factory",
                Password = "test",
                Pooling = false,
            }.ConnectionString
        );
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(live, writer);
        return (
            await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync(TestContext.Current.CancellationToken))
        ).MessageText;
    }

    static async Task FillAsync(EmbeddedServer server, string harm)
    {
        var (writer, reader) = ("tick_factory", "looks");
        await RunSqlAsync(
            server,
            $$$"""
            CREATE ROLE {{{writer}}} LOGIN PASSWORD 'test'; CREATE ROLE {{{reader}}} LOGIN;
            SET search_path = public;
            {{{File.ReadAllText(CaseFile("hosts/base.sql"))}}}
            {{{File.ReadAllText(CaseFile("hosts/nullcount.sql"))}}}
            ALTER TABLE data_bars ADD COLUMN id bigserial; ALTER TABLE derived_data_bars ADD COLUMN id bigserial;
            ALTER DATABASE {{{new NpgsqlConnectionStringBuilder(server.ConnectionString).Database}}} SET jit = on;
            GRANT SELECT, INSERT, UPDATE ON data_bars, derived_data_bars TO {{{writer}}}; GRANT SELECT ON data_bars, derived_data_bars,
              core_asset_registry_all, data_bars_id_seq, derived_data_bars_id_seq TO {{{writer}}}, {{{reader}}},
                {{{EmbeddedServer.RoleName}}};
            GRANT USAGE ON SEQUENCE data_bars_id_seq, derived_data_bars_id_seq TO {{{writer}}};
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT s, '1m', t, p, p * 1.0001, p * 0.9999, p, 'massive_api'
            FROM (SELECT s, t, (b * (1 + 0.01 * sin(extract(epoch FROM t) / 604800 + ascii(right(s, 1)))))::numeric(20,8) AS p
                  FROM (VALUES ('EURUSD', 1.08), ('USDJPY', 150.0), ('GBPUSD', 1.27), ('USDCAD', 1.36), ('USDSEK', 10.5), ('USDCHF', 0.88))
                    AS pair(s, b),
                       generate_series('2025-01-06T00:00Z'::timestamptz, '2025-01-08T07:59Z', interval '1 minute') AS t) AS bar;
            CREATE FUNCTION calc_dxy_range_derived(p_from timestamptz, p_to timestamptz, p_version int DEFAULT 1) RETURNS int LANGUAGE sql
              AS $$
              WITH stored AS (
                INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source, raw,
                  derivation_version)
                SELECT 'DXY', '1m', c.ts_utc, c.p, c.p, c.p, c.p, 0, 'derived', '{"kind": "dxy_old"}', p_version
                FROM (SELECT ts_utc, (50.14348112 * exp(sum(x.e * ln(close::float8))))::numeric(20,8) AS p
                      FROM data_bars JOIN (VALUES ('EURUSD', -0.576), ('USDJPY', 0.136), ('GBPUSD', -0.119), ('USDCAD', 0.091), ('USDSEK',
                        0.042), ('USDCHF', 0.036)) AS x(s, e) ON x.s = canonical_symbol
                      WHERE timeframe = '1m' AND ts_utc >= p_from AND ts_utc < p_to GROUP BY ts_utc HAVING count(*) = 6) AS c
                ON CONFLICT (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL
                DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, updated_at = now()
                RETURNING 1)
              SELECT count(*)::int FROM stored $$;
            GRANT EXECUTE ON FUNCTION calc_dxy_range_derived TO {{{writer}}};
            SELECT calc_dxy_range_derived('2025-01-06T00:00Z', '2025-01-08T08:00Z');
            """
        );
        if (harm.Length > 0)
        {
            await RunSqlAsync(
                server,
                "SET search_path = public; "
                    + harm.Replace("{0}", writer, StringComparison.Ordinal)
                        .Replace("{enums}", File.ReadAllText(CaseFile("hosts/enums.sql")), StringComparison.Ordinal)
            );
        }
    }

    static string CaseFile(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared", "cases", path);
            if (File.Exists(shared))
            {
                return shared;
            }
        }

        throw new InvalidOperationException($"shared/cases/{path} stands beside none of the folders above {AppContext.BaseDirectory}.");
    }

    static async Task RunSqlAsync(EmbeddedServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    static async Task<(int Code, string Out, string Error)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet, ["exec", Console, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("DXY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        // Says nothing to a shop whose times have their zone.
        start.Environment["DXY_HOSTZONE"] = "UTC";

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                // It stops its silos itself when asked to.
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                await process
                    .WaitForExitAsync(CancellationToken.None)
                    .WaitAsync(TimeSpan.FromSeconds(40), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    static async Task<object?> ValueAsync(EmbeddedServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
