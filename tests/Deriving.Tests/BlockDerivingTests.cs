using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Long ranges, which are derived in columns.</summary>
public sealed class BlockDerivingTests(TestServer server)
{
    const int Minutes = 1500;

    [Theory]
    [InlineData(1, "new")]
    [InlineData(2, "new")]
    [InlineData(1, "legacy")]
    [InlineData(2, "legacy")]
    [InlineData(1, "both")]
    public async Task Columns_store_the_rows_that_single_bars_give_and_leave_them_alone_the_next_time(int version, string route)
    {
        await using var host = await FilledAsync();
        var range = new TimeRange(TestHost.Minute(0), TestHost.Minute(Minutes));
        await host.RunAsync(
            $"UPDATE core_asset_registry_all SET metadata = jsonb_set(metadata, '{{deriving_version}}', '{version}') WHERE "
                + $"canonical_symbol = 'DXY'"
        );
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{route}'); SELECT dxy.adopt_targets()");
        var first = await host.SlicesAsync("DXY/1m");
        var rule = await host.RuleAsync("DXY/1m");
        await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
        var expected = await rule.DeriveAsync(connection, range, null, new Route(RouteMode.New, 1), TestHost.Token);
        Assert.True(expected.Rows.Count > 1000);
        Assert.Equal(expected.Rows.Count, first.Sum(slice => slice.New));
        Assert.Equal(
            expected.Skipped,
            first
                .SelectMany(slice => slice.Skipped)
                .GroupBy(cause => cause.Missing)
                .Select(group => new SkipCause(group.Key, group.Sum(cause => cause.Minutes)))
                .OrderBy(cause => Array.IndexOf(TestHost.Pairs, cause.Missing.Name))
        );
        foreach (
            var table in route switch
            {
                "new" => [BarTable.Data],
                "legacy" => [BarTable.Derived],
                _ => (BarTable[])[BarTable.Data, BarTable.Derived],
            }
        )
        {
            var stored = await StoredAsync(host, table, range);
            Assert.Equal(expected.Rows.Select(row => row.Bar), stored.Select(row => row.Bar));
            Assert.Equal(await NormalAsync(host, expected.Rows.Select(row => row.Raw!)), stored.Select(row => row.Raw));
        }

        await new DueStore(host.Data).RequestAsync(rule.Series, range, "request", null, prune: false, TestHost.Token);
        var before = await host.TextsAsync(
            "SELECT xmin::text FROM data_bars WHERE canonical_symbol = 'DXY' UNION ALL SELECT xmin::text FROM derived_data_bars WHERE "
                + "timeframe = '1m'"
        );
        var second = await host.SlicesAsync("DXY/1m");
        Assert.Equal((0, expected.Rows.Count), (second.Sum(slice => slice.New + slice.Changed), second.Sum(slice => slice.Equal)));
        Assert.Equal(
            before,
            await host.TextsAsync(
                "SELECT xmin::text FROM data_bars WHERE canonical_symbol = 'DXY' UNION ALL SELECT xmin::text FROM derived_data_bars "
                    + "WHERE timeframe = '1m'"
            )
        );
    }

    [Fact]
    public async Task Of_a_long_range_only_the_bars_whose_values_or_inputs_differ_are_written()
    {
        await using var host = await FilledAsync();
        await host.SlicesAsync("DXY/1m");
        await host.RunAsync(
            $"UPDATE data_bars SET close = close + 0.001, high = high + 0.001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                + $"'{TestHost.Minute(100)}'"
        );
        await host.RunAsync($"UPDATE data_bars SET high = high + 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(200)}'");
        await host.RunAsync(
            $"UPDATE data_bars SET raw = jsonb_set(raw, '{{inputs,EURUSD}}', '9') WHERE canonical_symbol = 'DXY' AND ts_utc = "
                + $"'{TestHost.Minute(300)}'"
        );
        await host.RunAsync($"DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(400)}'");
        await host.AskAsync("DXY/1m", 0, Minutes);
        var slices = await host.SlicesAsync("DXY/1m");
        Assert.Equal((1, 3), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed)));
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
                    new TimeRange(TestHost.Minute(0), TestHost.Minute(Minutes)),
                    onlyUnrecorded: false,
                    TestHost.Token
                )
            ).Differences
        );
    }

    [Theory]
    [InlineData("5m")]
    [InlineData("1h")]
    public async Task Of_a_long_rollup_only_the_buckets_that_differ_are_written(string timeframe)
    {
        await using var host = await FilledAsync();
        var of = $"FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '{timeframe}' AND deleted_at IS NULL";
        await host.DrainAsync();
        var target = $"EURUSD/{timeframe}";
        var buckets = await host.ValueAsync<long>("SELECT count(*) " + of);
        var range = new TimeRange(TestHost.Minute(0), TestHost.Minute(Minutes));
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(range, onlyUnrecorded: false, TestHost.Token)
            ).Differences
        );

        await host.AskAsync(target, 0, Minutes);
        var before = await host.TextsAsync("SELECT xmin::text " + of);
        Assert.Equal((0, 0, buckets), await TalliesAsync(host, target));
        Assert.Equal(before, await host.TextsAsync("SELECT xmin::text " + of));

        await host.RunAsync(
            $"UPDATE derived_data_bars SET vol = vol + 1 WHERE ts_utc = '{TestHost.Minute(120)}' AND canonical_symbol = 'EURUSD' AND "
                + $"timeframe = '{timeframe}'"
        );
        await host.RunAsync(
            $"UPDATE derived_data_bars SET raw = jsonb_set(raw, '{{inputs}}', '1') WHERE ts_utc = '{TestHost.Minute(180)}' AND "
                + $"canonical_symbol = 'EURUSD' AND timeframe = '{timeframe}'"
        );
        await host.RunAsync(
            $"UPDATE derived_data_bars SET deleted_at = now() WHERE ts_utc = '{TestHost.Minute(240)}' AND canonical_symbol = 'EURUSD' AND "
                + $"timeframe = '{timeframe}'"
        );
        await host.RunAsync(
            $"DELETE FROM derived_data_bars WHERE ts_utc = '{TestHost.Minute(300)}' AND canonical_symbol = 'EURUSD' AND timeframe = "
                + $"'{timeframe}'"
        );
        await host.AskAsync(target, 0, Minutes);
        // What was softly deleted by another program stays deleted.
        Assert.Equal((1, 2, buckets - 3), await TalliesAsync(host, target));
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(range, onlyUnrecorded: false, TestHost.Token)
            ).Differences
        );
    }

    static async Task<(long New, long Changed, long Equal)> TalliesAsync(TestHost host, string target)
    {
        var slices = await host.SlicesAsync(target);
        return (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed), slices.Sum(slice => slice.Equal));
    }

    [Fact]
    public async Task Bars_that_carry_another_version_keep_it_in_a_long_range_too()
    {
        await using var host = await FilledAsync();
        await host.SlicesAsync("DXY/1m");
        await host.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = jsonb_set(metadata, '{deriving_version}', '2') WHERE canonical_symbol = 'DXY'"
        );
        await host.RunAsync(
            $"UPDATE data_bars SET close = close + 0.001, high = high + 0.001 WHERE canonical_symbol = 'EURUSD' AND ts_utc >= "
                + $"'{TestHost.Minute(0)}'"
        );
        await host.SlicesAsync("DXY/1m");
        Assert.Equal(
            "1",
            await host.ValueAsync<string>(
                $"SELECT string_agg(DISTINCT raw->>'version', ',') FROM data_bars WHERE canonical_symbol = 'DXY' AND raw->'inputs' ? "
                    + $"'EURUSD' AND ts_utc <> '{TestHost.Minute(7)}' AND ts_utc <> '{TestHost.Minute(77)}'"
            )
        );
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    [InlineData(1, 2, 1)]
    public async Task Of_requests_for_the_same_bars_the_last_ones_version_stands(params int[] versions)
    {
        await using var host = await FilledAsync();
        foreach (var version in versions)
        {
            await host.AskAsync("DXY/1m", 0, Minutes, DerivingRules.Of(version));
        }

        await host.SlicesAsync("DXY/1m");
        Assert.Equal(
            [versions[^1].ToString(System.Globalization.CultureInfo.InvariantCulture)],
            await host.TextsAsync(
                $"SELECT DISTINCT raw->>'version' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc NOT IN ('{TestHost.Minute(7)}', "
                    + $"'{TestHost.Minute(77)}') ORDER BY 1"
            )
        );
    }

    // Two minutes lack a pair; the others' closes wander, with two to five places.
    async Task<TestHost> FilledAsync()
    {
        var host = await TestHost.OpenAsync(server);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(3));
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT p, '1m', timestamptz '{TestHost.Open}' + m * interval '1 minute', v, v, v, v, 'ingest'
            FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.08, 150, 1.26, 1.35, 10.37,
              0.88]) WITH ORDINALITY AS t(p, base, n),
                 generate_series(0, {Minutes
                - 1}) AS m, LATERAL (SELECT base + round((m * n % 977)::numeric / 100000, 2 + (m % 4)) AS v) AS x
            WHERE NOT (m = 7 AND n = 3) AND NOT (m = 77 AND n = 1)
            """
        );
        return host;
    }

    static async Task<List<StoredBar>> StoredAsync(TestHost host, BarTable table, TimeRange range)
    {
        var stored = new List<StoredBar>();
        await foreach (var bar in BarReader.StreamAsync(host.Data, table, TestHost.One("DXY"), range, TestHost.Token))
        {
            stored.Add(bar);
        }

        return stored;
    }

    static async Task<List<string>> NormalAsync(TestHost host, IEnumerable<string> raws)
    {
        await using var command = host.Data.CreateCommand(
            "SELECT array_agg(t.raw::jsonb::text ORDER BY t.n) FROM unnest($1::text[]) WITH ORDINALITY AS t(raw, n)"
        );
        command.Parameters.With(raws.ToArray());
        return [.. (string[])(await command.ExecuteScalarAsync(TestHost.Token))!];
    }
}
