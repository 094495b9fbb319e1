using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Verification;
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
        };

    public static TheoryData<string> Names { get; } = [.. Hosts.Keys];

    static LegacyOptions Host(string name) => new() { Minutes = 250, After = Hosts[name] };

    static MarketWorld World(LegacyHost host, string name) =>
        new(host)
        {
            Fx = (from, count) =>
                Hosts[name].Contains("DROP COLUMN vwap", StringComparison.Ordinal)
                    ? LegacyTables
                        .Fx(from, count)
                        .Replace(", vwap, trade_count", "", StringComparison.Ordinal)
                        .Replace(", v, 3,", ",", StringComparison.Ordinal)
                    : LegacyTables.Fx(from, count),
        };

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
    public async Task A_way_back_on_a_bound_host_leaves_every_column_as_it_was(string name, string from)
    {
        await using var host = await LegacyHost.OpenAsync(server, Host(name));
        var columns = await host.ColumnsAsync();
        var dump = await host.DumpAsync(columns);
        var world = World(host, name);
        await host.StartAsync(MarketWorld.Settings);
        var reached = await world.DriveAsync(run => run.Step == from);
        Assert.True(reached.Step == from || reached.State == RunState.Completed, $"{reached.State} at {reached.Step}: {reached.Error}");
        await host.RollBackAsync();
        var end = await world.DriveAsync();
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");
        Assert.Equal([], dump.Except(await host.DumpAsync(columns)));
    }

    static string Closes(string table) =>
        $"""
            SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'MM-DD HH24:MI') || ' ' || close FROM public.{table}
            WHERE canonical_symbol = 'DXY' AND timeframe = '1m' {(table == "data_bars" ? "" : "AND deleted_at IS NULL")} ORDER BY ts_utc
            """;

    static string Minute(string line) => line[..11];
}
