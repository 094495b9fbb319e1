using System.IO.Compression;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests;

/// <summary>A host that keeps its DXY 1m bars in <c>derived_data_bars</c>, whose tables stood before our schema, and what drives a run
/// through it.</summary>
public sealed class LegacyHost : IAsyncDisposable
{
    /// <summary>The run's name.</summary>
    public const string Name = "test-run";

    LegacyHost(TestHost host) => TestHost = host;

    public TestHost TestHost { get; }

    /// <summary>What is migrated.</summary>
    public Symbol Symbol { get; } = Symbol.Parse("DXY");

    public NpgsqlDataSource Data => TestHost.Data;

    /// <summary>The clock of retries and throttles; moved by <see cref="DriveAsync"/> past every wait.</summary>
    public FakeTimeProvider RealTime { get; } = new(TestHost.Open.ToDateTimeOffset());

    public RunLedger Ledger => new(Data);

    public static async Task<LegacyHost> OpenAsync(TestServer server, LegacyOptions? options = null)
    {
        var tables = LegacyTables.Sql(options ?? new LegacyOptions());
        if (options?.HostZone is null)
        {
            return new(await TestHost.OpenAsync(server, tables));
        }

        // Whatever zone its sessions have.
        const string Berlin =
            "; DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Europe/Berlin'); END $do$";
        var host = await TestHost.OnHostAsync(server, tables + Berlin, options.HostZone);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(1));
        return new(host);
    }

    /// <summary>
    /// The host that a build of before left in the middle of a run's copy, as a superuser's restore brings it back here; see
    /// <c>Upgrade/make-fixture</c>. Nothing of today has been applied. A run goes on in its own database alone: as far as it can tell, this
    /// is that one.
    /// </summary>
    public static async Task<LegacyHost> RestoreAsync(TestServer server)
    {
        await using var packed = typeof(LegacyHost).Assembly.GetManifestResourceStream("before-2472c4d.sql.gz")!;
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        var host = new LegacyHost(await TestHost.RestoreAsync(server, await text.ReadToEndAsync(TestHost.Token)));
        host.MinutesSinceOpen = await host.TestHost.ValueAsync<int>(
            $"SELECT (extract(epoch FROM dxy.now() - timestamptz '{TestHost.Open}') / 60)::integer - 1440"
        );
        await using var here = host.Data.CreateCommand("UPDATE dxy.run SET target = $1::jsonb");
        here.Parameters.With(await RunTarget.ReadAsync(host.Data, TestHost.Token));
        await here.ExecuteNonQueryAsync(TestHost.Token);
        return host;
    }

    /// <summary>Of a restored host: how many minutes of market time had passed beside the run.</summary>
    public int MinutesSinceOpen { get; private set; }

    /// <summary>Starts the run.</summary>
    public async Task StartAsync(RunSettings? settings = null)
    {
        await using var command = Data.CreateCommand("SELECT dxy.migrate_start($1, 'DXY', $2::jsonb, $3::jsonb)");
        command.Parameters.With(Name).With((settings ?? new RunSettings()).ToJson()).With(await RunTarget.ReadAsync(Data, TestHost.Token));
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    /// <summary>Orders the run back.</summary>
    public Task RollBackAsync() => TestHost.RunAsync($"SELECT dxy.migrate_rollback('{Name}')");

    public async Task<Run> RunAsync() =>
        await Ledger.FindAsync(Name, TestHost.Token) ?? throw new InvalidOperationException("The run isn't started.");

    /// <summary>
    /// Takes the run through these steps until it is over, has failed, waits three times in a row or too often at one step, or
    /// <paramref name="until"/> holds.
    /// </summary>
    /// <param name="steps">The steps.</param>
    /// <param name="until">Looked at before each advance.</param>
    /// <param name="interrupt">See <see cref="RunContext"/>; what it throws is thrown here when the engine doesn't deal with it.</param>
    /// <param name="accept">Whether gates that WARN are accepted.</param>
    /// <param name="data">Whose connections; the owner's by default.</param>
    public async Task<Run> DriveAsync(
        IReadOnlyList<IMigrationStep> steps,
        Func<Run, bool>? until = null,
        Func<string, CancellationToken, Task>? interrupt = null,
        bool accept = true,
        NpgsqlDataSource? data = null
    )
    {
        // A step that verifies again after each wait gets further each time and never on.
        const int MaxWaitsAtAStep = 8;
        var engine = new MigrationEngine(data ?? Data, steps, RealTime, interrupt);
        var (step, waitsThere) = ("", 0);
        for (var waits = 0; waits < 3 && waitsThere < MaxWaitsAtAStep; )
        {
            var run = await RunAsync();
            if (until?.Invoke(run) == true)
            {
                break;
            }

            (step, waitsThere) = (run.Step, run.Step == step ? waitsThere : 0);

            var advance = await engine.AdvanceAsync(Name, TestHost.Token);
            if (advance.Again is not { } again)
            {
                break;
            }

            (waits, waitsThere) = advance.Progressed ? (0, waitsThere) : (waits + 1, waitsThere + 1);
            await WaitedAsync(again);
            if (accept && !advance.Progressed)
            {
                await AcceptAsync();
            }
        }

        return await RunAsync();
    }

    /// <summary>So much real time has passed: whatever the run waits for, its wait is over. The server's own clock, by which it waits,
    /// can't be moved.</summary>
    public Task WaitedAsync(TimeSpan time)
    {
        RealTime.Advance(time);
        return TestHost.RunAsync("UPDATE dxy.run SET retry_at = NULL WHERE retry_at IS NOT NULL");
    }

    /// <summary>Accepts every gate that WARNs now.</summary>
    public Task AcceptAsync() =>
        TestHost.RunAsync(
            $"""
            SELECT dxy.migrate_ack(g.run, g.gate) FROM dxy.run_gate AS g
            WHERE g.run = '{Name}' AND g.verdict = 'WARN' AND NOT EXISTS (SELECT FROM dxy.run_ack AS a WHERE a.run = g.run
              AND a.gate = g.gate)
            """
        );

    /// <summary>The stored gates, by name.</summary>
    public async Task<IReadOnlyDictionary<string, Gate>> GatesAsync()
    {
        var gates = new Dictionary<string, Gate>(StringComparer.Ordinal);
        await using var command = Data.CreateCommand(
            "SELECT gate, verdict, expected, observed, evidence, unblock FROM dxy.run_gate WHERE run = $1"
        );
        command.Parameters.With(Name);
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            gates[reader.GetString(0)] = new Gate(
                reader.GetString(0),
                Enum.Parse<GateVerdict>(reader.GetString(1), ignoreCase: true),
                reader.GetString(2),
                reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5)
            );
        }

        return gates;
    }

    /// <summary>What the legacy deriver writes: DXY bars of the minutes from the six pairs' (which it takes from
    /// <c>data_bars</c>).</summary>
    /// <param name="from">The first minute, counted from <see cref="TestHost.Open"/>.</param>
    /// <param name="count">Minutes.</param>
    /// <param name="fx">Whether to write the pairs' bars first.</param>
    /// <param name="data">The legacy deriver's own login; the owner by default.</param>
    public async Task WriteLegacyAsync(int from, int count, bool fx = true, NpgsqlDataSource? data = null)
    {
        if (fx)
        {
            await TestHost.RunAsync(LegacyTables.Fx(from, count));
        }

        await using var command = (data ?? Data).CreateCommand(LegacyTables.Write(from, count));
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    /// <summary>A login as the legacy deriver has it: it reads both tables and writes the old one, and knows nothing of ours.</summary>
    public Task<NpgsqlDataSource> LegacyWriterAsync() =>
        TestHost.LoginAsync("GRANT SELECT ON public.data_bars TO {0}; GRANT SELECT, INSERT, UPDATE ON public.derived_data_bars TO {0};");

    /// <summary>Business columns of all three tables, a line a row, in order: equal when the tables are. NULL and 0 differ, 1.0 and 1
    /// don't.</summary>
    /// <param name="symbol">Only this symbol's rows; all by default.</param>
    public Task<List<string>> FingerprintAsync(Symbol? symbol = null)
    {
        var only = symbol is { } one ? $"WHERE canonical_symbol = '{one}'" : "";
        const string Bar =
            "canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', trim_scale(open), trim_scale(high), trim_scale(low), "
            + "trim_scale(close), trim_scale(vol), trim_scale(vwap), trade_count, is_partial, source";
        return TestHost.TextsAsync(
            $"""
            SELECT 'data_bars ' || ROW({Bar})::text COLLATE "C" AS line FROM public.data_bars {only}
            UNION ALL SELECT 'derived_data_bars ' || ROW({Bar}, derivation_version, deleted_at AT TIME ZONE 'UTC')::text
              FROM public.derived_data_bars {only}
            UNION ALL SELECT 'core_asset_registry_all ' || ROW(canonical_symbol, asset_class, description, active, test_active,
              metadata)::text FROM public.core_asset_registry_all {only}
            ORDER BY 1
            """
        );
    }

    /// <summary>Business columns of all three tables as <see cref="FingerprintAsync"/>, but for the moment of a soft delete, which is each
    /// run's own.</summary>
    public Task<List<string>> OutcomeAsync()
    {
        const string Bar =
            "canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', trim_scale(open), trim_scale(high), trim_scale(low), "
            + "trim_scale(close), trim_scale(vol), trim_scale(vwap), trade_count, is_partial, source";
        return TestHost.TextsAsync(
            $"""
            SELECT 'new ' || ROW({Bar})::text COLLATE "C" AS line FROM public.data_bars
            UNION ALL SELECT 'old ' || ROW({Bar}, derivation_version, deleted_at IS NOT NULL)::text FROM public.derived_data_bars
            UNION ALL SELECT 'registry ' || ROW(canonical_symbol, asset_class, description, active, test_active, metadata)::text
              FROM public.core_asset_registry_all
            ORDER BY 1
            """
        );
    }

    /// <summary>The columns that the three tables have now, by table.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ColumnsAsync()
    {
        var columns = new Dictionary<string, string>();
        foreach (var table in (string[])["data_bars", "derived_data_bars", "core_asset_registry_all"])
        {
            columns[table] = (
                await TestHost.ValueAsync<string>(
                    $"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
                        + $"'public.{table}'::regclass AND attnum > 0 AND NOT attisdropped"
                )
            )!;
        }

        return columns;
    }

    /// <summary>All three tables, every one of these columns, a line a row, in order.</summary>
    public Task<List<string>> DumpAsync(IReadOnlyDictionary<string, string> columns) =>
        TestHost.TextsAsync(
            string.Join(
                " UNION ALL ",
                columns.Select(table => $"SELECT '{table.Key} ' || ROW({table.Value})::text COLLATE \"C\" AS line FROM public.{table.Key}")
            ) + " ORDER BY 1"
        );

    /// <summary>How many entries of the log don't fit the one before.</summary>
    public Task<long> BrokenEventsAsync() =>
        TestHost.ValueAsync<long>(
            """
            SELECT count(*) FROM (
              SELECT e.seq <> row_number() OVER w OR e.hash <> dxy.event_hash(lag(e.hash) OVER w, e) AS broken
              FROM dxy.run_event AS e WINDOW w AS (PARTITION BY e.run ORDER BY e.seq)) AS checked
            WHERE broken
            """
        );

    public ValueTask DisposeAsync() => TestHost.DisposeAsync();
}
