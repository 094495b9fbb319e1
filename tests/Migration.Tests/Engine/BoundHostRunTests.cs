using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>Runs on hosts whose columns aren't ours: what is migrated is compared as exactly as the coarser of the two tables has it, and a
/// way back is the identity.</summary>
public sealed class BoundHostRunTests(TestServer server)
{
    const int Until = 130;

    static string Prices(string table, string type) =>
        $"ALTER TABLE public.{table} ALTER open TYPE {type}, ALTER high TYPE {type}, ALTER low TYPE {type}, ALTER close TYPE {type}";

    static string Both(string type) => Prices("data_bars", type) + ";" + Prices("derived_data_bars", type);

    public static IReadOnlyDictionary<string, string> Hosts { get; } =
        new Dictionary<string, string>
        {
            ["doubles"] =
                Both("float8")
                + "; ALTER TABLE public.data_bars ALTER vol TYPE float8, ALTER vwap TYPE float8; ALTER TABLE public.derived_data_bars "
                + "ALTER vol TYPE float8, ALTER vwap TYPE float8",
            ["singles in the old table"] = Prices("derived_data_bars", "real"),
            ["two scales"] = Prices("data_bars", "numeric(18,6)") + ";" + Prices("derived_data_bars", "numeric(18,4)"),
            ["the finer one old"] = Prices("data_bars", "numeric(18,4)"),
            ["no count in the new table, no weighted price in either"] =
                "ALTER TABLE public.data_bars DROP COLUMN vwap, DROP COLUMN trade_count; ALTER TABLE public.derived_data_bars DROP "
                + "COLUMN vwap",
            ["whole volumes, other texts"] = """
                ALTER TABLE public.data_bars ALTER vol TYPE bigint, ALTER canonical_symbol TYPE varchar(12), ALTER timeframe TYPE char(3);
                ALTER TABLE public.derived_data_bars ALTER timeframe TYPE char(4), ALTER raw DROP DEFAULT,
                  ALTER raw TYPE json USING raw::json
                """,
            [WithoutZone] = """
                ALTER TABLE public.data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC';
                ALTER TABLE public.derived_data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'
                """,
            ["the old table's times without a zone"] =
                "ALTER TABLE public.derived_data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'",
            [Enums] = """
                CREATE TYPE tf AS ENUM ('1m', '5m', '1h'); CREATE TYPE src AS ENUM ('ingest', 'massive_api', 'synthetic', 'derived');
                ALTER TABLE public.data_bars DROP CONSTRAINT data_bars_pkey, DROP CONSTRAINT data_bars_source_check;
                ALTER TABLE public.derived_data_bars DROP CONSTRAINT derived_source; DROP INDEX public.derived_uq;
                ALTER TABLE public.data_bars ALTER timeframe TYPE tf USING timeframe::tf, ALTER source TYPE src USING source::src,
                  ADD PRIMARY KEY (canonical_symbol, timeframe, ts_utc);
                ALTER TABLE public.derived_data_bars ALTER timeframe TYPE tf USING timeframe::tf, ALTER source TYPE src USING source::src;
                CREATE UNIQUE INDEX derived_uq ON public.derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL
                """,
            [Readers] = """
                ALTER TABLE public.data_bars ALTER trade_count DROP NOT NULL, ALTER trade_count DROP DEFAULT, ALTER vol DROP NOT NULL,
                  ALTER vol DROP DEFAULT, DROP CONSTRAINT data_bars_pkey, ADD COLUMN id bigserial PRIMARY KEY,
                  ADD UNIQUE (canonical_symbol, timeframe, ts_utc);
                ALTER TABLE public.derived_data_bars ALTER trade_count DROP NOT NULL, ALTER vol DROP NOT NULL,
                  ADD COLUMN id bigserial PRIMARY KEY;
                UPDATE public.data_bars SET trade_count = NULL, vol = NULL; UPDATE public.derived_data_bars SET trade_count = NULL
                """,
        };

    const string WithoutZone = "times without a zone";

    const string Enums = "enums";

    const string Readers = "null counts and keys from a sequence";

    public static TheoryData<string> Names { get; } = [.. Hosts.Keys];

    /// <summary>Each step's way back on the hosts that are least like ours; the others than these with --long.</summary>
    public static TheoryData<string, string> WaysBack { get; } =
        new(
            from name in (string[])[WithoutZone, Enums, Readers]
            from step in MigrationSteps.All.Where(step => step.Phase != MigrationPhase.Purge).Select(step => step.Name).Append("completed")
            let isQuick = (name, step) is (WithoutZone, "cleanup/remove") or (Enums, "completed") or (Readers, "copy/bars")
            select new TheoryDataRow<string, string>(name, step) { Explicit = !isQuick }
        );

    static LegacyOptions Host(string name) =>
        new()
        {
            Minutes = 250,
            After = Hosts[name],
            HostZone = name.Contains("without a zone", StringComparison.Ordinal) ? BindingRules.Utc : null,
        };

    static MarketWorld World(LegacyHost host, string name) => new(host) { Fx = (from, count) => Fx(name, LegacyTables.Fx(from, count)) };

    // As the host's own program writes it.
    static string Fx(string name, string statement) =>
        name switch
        {
            WithoutZone => statement.Replace("timestamptz '", "timestamp '", StringComparison.Ordinal),
            Enums => statement
                .Replace("'1m',", "'1m'::tf,", StringComparison.Ordinal)
                .Replace("'ingest'", "'ingest'::src", StringComparison.Ordinal),
            _ when Hosts[name].Contains("DROP COLUMN vwap", StringComparison.Ordinal) => statement
                .Replace(", vwap, trade_count", "", StringComparison.Ordinal)
                .Replace(", v, 3,", ",", StringComparison.Ordinal),
            _ => statement,
        };

    // Of the host's own aggregator, which says other things than we would.
    const string Rollups = """
        INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source, raw,
          created_at, updated_at)
        SELECT 'DXY', '5m', date_bin('5 minutes', d.ts_utc, '2000-01-01'), min(d.open), max(d.high) + 0.01, min(d.low), max(d.close), 0,
          'derived', '{}', '2024-03-05Z', '2024-03-05Z'
        FROM public.derived_data_bars AS d
        WHERE d.timeframe = '1m' AND d.deleted_at IS NULL AND extract(minute FROM d.ts_utc) < 50 GROUP BY 3
        """;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_host_that_is_bound_is_migrated_from_start_to_end(string name)
    {
        await using var host = await LegacyHost.OpenAsync(server, Host(name));
        var old = await host.TestHost.TextsAsync(Closes("derived_data_bars"));
        var world = World(host, name);
        await host.StartAsync(MarketWorld.Settings);
        var run = await world.DriveAsync();
        Assert.True(run.State == RunState.Completed, $"{run.State} at {run.Step}: {run.Error}");
        await world.TickToAsync(Until);
        var stored = await host.TestHost.TextsAsync(Closes("data_bars"));
        Assert.Equal(old.Select(Minute), stored.Take(old.Count).Select(Minute));
        Assert.Equal(old.Count + Until, stored.Count);
        Assert.Equal(
            0,
            await host.TestHost.CountAsync(
                "public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL"
            )
        );
        Assert.Equal(VerificationState.Equal, (await RemovedComparison.ReadAsync(host.Data, run, TestHost.Token)).State);
        Assert.Equal(0, await host.BrokenEventsAsync());
    }

    [Theory]
    [InlineData("doubles", "deploy/verify")]
    [InlineData("two scales", "completed")]
    [InlineData("no count in the new table, no weighted price in either", "completed")]
    [InlineData("whole volumes, other texts", "switch/buckets")]
    [MemberData(nameof(WaysBack))]
    public async Task A_way_back_on_a_bound_host_leaves_every_column_as_it_was(string name, string from)
    {
        await using var host = await LegacyHost.OpenAsync(server, Host(name));
        await host.TestHost.RunAsync(Fx(name, Rollups));
        var columns = await host.ColumnsAsync();
        var dump = await host.DumpAsync(columns);
        var world = World(host, name);
        await host.StartAsync(MarketWorld.Settings);
        var reached = await world.DriveAsync(run => run.Step == from);
        Assert.True(reached.Step == from || reached.State == RunState.Completed, $"{reached.State} at {reached.Step}: {reached.Error}");
        await host.RollBackAsync();
        var end = await world.DriveAsync();
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");
        var restored = await host.DumpAsync(columns);
        Assert.Equal([], dump.Except(restored));
        Assert.Equal(dump.Count, dump.Intersect(restored).Count());
    }

    // By the epoch, which is the same of a time with a zone and of one without that is UTC's, whatever the session's zone.
    static string Closes(string table) =>
        $"""
            SELECT to_char(to_timestamp(extract(epoch FROM ts_utc)) AT TIME ZONE 'UTC', 'MM-DD HH24:MI') || ' ' || close FROM public.{table}
            WHERE canonical_symbol = 'DXY' AND timeframe = '1m' {(table == "data_bars" ? "" : "AND deleted_at IS NULL")} ORDER BY ts_utc
            """;

    static string Minute(string line) => line[..11];
}
