using System.Globalization;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>
/// What the host of <see cref="MigratingHost"/> ought to hold after a run, told by SQL alone from what it held before and the formula: what
/// an undisturbed run leaves. Nothing of the code under test is used.
/// </summary>
public sealed class MigrationJudge(MigratingHost host)
{
    const string Values =
        "trim_scale(open), trim_scale(high), trim_scale(low), trim_scale(close), trim_scale(vol), trim_scale(vwap), trade_count, "
        + "is_partial";

    const string Bar = "canonical_symbol, timeframe, ts_utc, " + Values;

    const string OldRow = Bar + ", source, raw, derivation_version, deleted_at";

    /// <summary>The legacy bar where there was one, the formula's value in every other minute of the market.</summary>
    const string Expected = """
        SELECT l.ts_utc, l.open, l.high, l.low, l.close, l.vol, l.vwap, l.trade_count, l.is_partial
        FROM (SELECT DISTINCT ON (ts_utc) * FROM before.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'
          AND deleted_at IS NULL
              ORDER BY ts_utc, derivation_version DESC, updated_at DESC NULLS LAST) AS l
        UNION ALL
        SELECT f.ts_utc, f.level, f.level, f.level, f.level, 0, NULL, 0, false
        FROM (SELECT ts_utc, round(50.14348112
                * power(max(precise) FILTER (WHERE canonical_symbol = 'EURUSD'),
                  -0.576) * power(max(precise) FILTER (WHERE canonical_symbol = 'USDJPY'), 0.136)
                * power(max(precise) FILTER (WHERE canonical_symbol = 'GBPUSD'),
                  -0.119) * power(max(precise) FILTER (WHERE canonical_symbol = 'USDCAD'), 0.091)
                * power(max(precise) FILTER (WHERE canonical_symbol = 'USDSEK'),
                  0.042) * power(max(precise) FILTER (WHERE canonical_symbol = 'USDCHF'), 0.036), 8) AS level
              FROM data_bars, LATERAL (SELECT close::numeric(30,16) AS precise) AS p
              WHERE timeframe = '1m' AND canonical_symbol IN ('EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF')
                AND ts_utc >= '$from' AND ts_utc < '$to'
              GROUP BY ts_utc HAVING count(*) = 6) AS f
        WHERE NOT EXISTS (SELECT FROM before.derived_data_bars AS l WHERE l.canonical_symbol = 'DXY' AND l.timeframe = '1m'
          AND l.deleted_at IS NULL AND l.ts_utc = f.ts_utc)
        """;

    const string Folded = """
        SELECT l.timeframe, b.bucket AS ts_utc, (array_agg(open ORDER BY ts_utc))[1] AS open, max(high) AS high, min(low) AS low,
               (array_agg(close ORDER BY ts_utc DESC))[1] AS close, b.bucket + l.length AS ends
        FROM data_bars, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS l(timeframe, length),
             LATERAL (SELECT date_bin(l.length, ts_utc, timestamptz '2000-01-01 00:00:00+00') AS bucket) AS b
        WHERE data_bars.timeframe = '1m' AND canonical_symbol = 'DXY' AND ts_utc < '$to'
        GROUP BY 1, 2, l.length
        """;

    /// <summary>The run ended well, and the market's bars have come since.</summary>
    public async Task AssertCompletedAsync()
    {
        await AssertNoneAsync(
            "minutes whose bar is missing, wrong, or stands twice",
            $"""
            (SELECT ts_utc, {Values} FROM ({Expected}) AS e
             EXCEPT ALL SELECT ts_utc, {Values} FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc < '$to')
            UNION ALL
            (SELECT ts_utc, {Values} FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc < '$to'
             EXCEPT ALL SELECT ts_utc, {Values} FROM ({Expected}) AS e)
            """
        );
        await AssertNoneAsync(
            "bars of another source than synthetic",
            "SELECT * FROM data_bars WHERE canonical_symbol = 'DXY' AND source <> 'synthetic'"
        );
        await AssertNoneAsync(
            "active 1m rows of the old table",
            "SELECT * FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL"
        );
        await AssertNoneAsync(
            "rows that were active in the old table and aren't there, soft-deleted, with their values",
            $"""
            SELECT {Bar}, source, derivation_version FROM before.derived_data_bars WHERE deleted_at IS NULL
            EXCEPT ALL SELECT {Bar}, source, derivation_version FROM derived_data_bars WHERE timeframe = '1m' AND deleted_at IS NOT NULL
            """
        );
        await AssertNoneAsync(
            "rows that were soft-deleted before and aren't as they were",
            $"""
            SELECT {OldRow} FROM before.derived_data_bars WHERE deleted_at IS NOT NULL EXCEPT ALL SELECT {OldRow} FROM derived_data_bars
            """
        );
        Assert.Equal(
            await CountAsync("derived_data_bars WHERE timeframe = '1m' AND deleted_at IS NOT NULL")
                - await CountAsync("before.derived_data_bars WHERE deleted_at IS NOT NULL"),
            await host.HostDatabase.ValueAsync<long>(
                $"SELECT sum(rows)::bigint FROM dxy.run_batch WHERE run = '{host.Name}' AND step = 'cleanup/remove'"
            )
        );
        await AssertNoneAsync(
            "pairs' bars that were there before and aren't",
            $"SELECT {Bar}, source FROM before.data_bars EXCEPT ALL SELECT {Bar}, source FROM data_bars"
        );
        await AssertBucketsAsync();
        await AssertLedgerAsync();
        Assert.Equal(
            "equal",
            await host.HostDatabase.ValueAsync<string>(
                $"SELECT state FROM dxy.verification WHERE run = '{host.Name}' AND state <> 'running' ORDER BY id DESC LIMIT 1"
            )
        );
    }

    /// <summary>The run went back, as far as it had come.</summary>
    public async Task AssertRolledBackAsync()
    {
        await AssertNoneAsync(
            "DXY 1m bars of the new table that weren't there before, or the other way round",
            $"""
            (SELECT {Bar}, source FROM before.data_bars WHERE canonical_symbol = 'DXY' EXCEPT ALL SELECT {Bar}, source FROM data_bars
              WHERE canonical_symbol = 'DXY')
            UNION ALL
            (SELECT {Bar}, source FROM data_bars WHERE canonical_symbol = 'DXY' EXCEPT ALL SELECT {Bar}, source FROM before.data_bars
              WHERE canonical_symbol = 'DXY')
            """
        );
        await AssertNoneAsync(
            "pairs' bars that were there before and aren't",
            $"SELECT {Bar}, source FROM before.data_bars EXCEPT ALL SELECT {Bar}, source FROM data_bars"
        );
        await AssertNoneAsync(
            "rows of the old table that aren't as they were",
            $"SELECT {OldRow} FROM before.derived_data_bars EXCEPT ALL SELECT {OldRow} FROM derived_data_bars"
        );
        await AssertNoneAsync(
            "rows of the registry that aren't as they were",
            """
            (SELECT canonical_symbol, asset_class, description, active, test_active, metadata FROM before.core_asset_registry_all
             EXCEPT ALL SELECT canonical_symbol, asset_class, description, active, test_active, metadata FROM core_asset_registry_all)
            UNION ALL
            (SELECT canonical_symbol, asset_class, description, active, test_active, metadata FROM core_asset_registry_all
             EXCEPT ALL SELECT canonical_symbol, asset_class, description, active, test_active, metadata
               FROM before.core_asset_registry_all)
            """
        );
        // What came while it went back is the legacy deriver's to derive: up to the newest bar nothing may be missing.
        await AssertNoneAsync(
            "minutes that arrived meanwhile whose bar is missing in the old table, wrong, or stands twice",
            $"""
            WITH newest AS (SELECT max(ts_utc) AS ts FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'),
            arrived AS (
              SELECT ts_utc, {Values} FROM derived_data_bars
              WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL AND ts_utc >= '{LegacyTables.Open
                + TimeSpan.FromMinutes(host.LegacyMinutes)}'),
            due AS (
              SELECT ts_utc, {Values} FROM ({Expected}) AS e, newest
              WHERE ts_utc >= '{LegacyTables.Open + TimeSpan.FromMinutes(host.LegacyMinutes)}' AND ts_utc <= newest.ts)
            (SELECT * FROM due EXCEPT ALL SELECT * FROM arrived) UNION ALL (SELECT * FROM arrived EXCEPT ALL SELECT * FROM due)
            """
        );
        Assert.NotEqual(
            0,
            await CountAsync(
                $"derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc >= "
                    + $"'{LegacyTables.Open + TimeSpan.FromMinutes(host.LegacyMinutes)}'"
            )
        );
        await AssertLedgerAsync();
    }

    /// <summary>What keeps the derived bars behind the pairs'; null when nothing does. A bucket is due once it has ended.</summary>
    public async Task<string?> BehindAsync()
    {
        var due = await host.HostDatabase.ListAsync(
            """
            SELECT 'a change not looked at' FROM dxy.change
            UNION ALL
            SELECT d.symbol || '/' || d.timeframe || ' from ' || d.from_ts || coalesce(': ' || d.error, '') FROM dxy.due AS d
            JOIN (VALUES ('1m', interval '1 minute'), ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS l(timeframe,
              length) USING (timeframe)
            WHERE date_bin(l.length, d.from_ts, timestamptz '2000-01-01 00:00:00+00') + l.length + interval '1 minute' < dxy.now()
            """
        );
        return due.Count == 0 ? null : string.Join("; ", due.Take(5));
    }

    async Task AssertBucketsAsync()
    {
        Assert.NotEqual(
            0,
            await CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND deleted_at IS NULL")
        );
        await AssertNoneAsync(
            "5m and 1h buckets that aren't the fold of the 1m bars",
            $"""
            SELECT s.timeframe, s.ts_utc, s.open, f.open, s.close, f.close FROM derived_data_bars AS s LEFT JOIN ({Folded}) AS f
              ON f.timeframe = s.timeframe AND f.ts_utc = s.ts_utc
            WHERE s.canonical_symbol = 'DXY' AND s.timeframe IN ('5m', '1h') AND s.deleted_at IS NULL
              AND (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial) IS DISTINCT FROM (f.open, f.high, f.low,
                f.close, 0::numeric, NULL::numeric, 0, false)
            """
        );
        await AssertNoneAsync(
            "5m and 1h buckets since the switch that aren't there",
            $"""
            SELECT f.timeframe, f.ts_utc FROM ({Folded}) AS f
            WHERE f.ts_utc >= (SELECT min(started_at) FROM dxy.run_step WHERE run = '{host.Name}' AND step = 'switch/buckets')
              AND f.ends + interval '2 minutes' < dxy.now()
              AND NOT EXISTS (SELECT FROM derived_data_bars AS s WHERE s.canonical_symbol = 'DXY' AND s.timeframe = f.timeframe
                AND s.ts_utc = f.ts_utc AND s.deleted_at IS NULL)
            """
        );
        await AssertNoneAsync(
            "buckets that stand twice",
            """
            SELECT timeframe, ts_utc FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe IN ('5m', '1h')
              AND deleted_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1
            """
        );
    }

    async Task AssertLedgerAsync()
    {
        Assert.NotEqual(0, await CountAsync($"dxy.run_batch WHERE run = '{host.Name}'"));
        await AssertNoneAsync(
            "batches that overlap another of their step",
            $"""
            SELECT a.step, a.number, b.number, a.from_ts, a.to_ts FROM dxy.run_batch AS a
            JOIN dxy.run_batch AS b ON b.run = a.run AND b.step = a.step AND b.table_name = a.table_name AND b.number > a.number
              AND b.from_ts < a.to_ts AND a.from_ts < b.to_ts
            WHERE a.run = '{host.Name}'
            """
        );
        await AssertNoneAsync(
            "events that don't fit the one before",
            """
            SELECT seq, kind FROM (
              SELECT e.seq, e.kind, e.seq <> row_number() OVER w OR e.hash <> dxy.event_hash(lag(e.hash) OVER w, e) AS broken
              FROM dxy.run_event AS e WINDOW w AS (PARTITION BY e.run ORDER BY e.seq)) AS checked
            WHERE broken
            """
        );
    }

    Task<long> CountAsync(string from) => host.HostDatabase.CountAsync(from);

    async Task AssertNoneAsync(string what, string sql)
    {
        var rows = await host.HostDatabase.ListAsync(
            $"SELECT ROW(q.*)::text FROM ({HostDatabase.Within(sql, host.Played)}) AS q ORDER BY 1 LIMIT 2000"
        );
        Assert.True(
            rows.Count == 0,
            string.Create(CultureInfo.InvariantCulture, $"{rows.Count} {what}:\n{string.Join('\n', rows.Take(10))}")
        );
    }
}
