using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class ReportTests(TestServer server)
{
    [Fact]
    public async Task All_seven_criteria_pass_on_a_sound_run_and_their_queries_can_be_run_as_they_stand()
    {
        await using var dxy = await MovedAsync();
        var report = (await dxy.MigrateAsync(0, "report", "--format", "json")).Json;
        var criteria = report.GetProperty("criteria").EnumerateArray().ToList();
        Assert.Equal(7, criteria.Count);
        Assert.All(criteria, one => Assert.True(one.GetProperty("verdict").GetString() == "PASS", one.ToString()));
        // By whoever may read, and nothing else.
        await using var reader = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.AdminConnectionString)
            {
                Database = dxy.Database.Name,
                Options = "-c role=dxy_reader",
            }.ConnectionString
        );
        foreach (var one in criteria)
        {
            await using var query = reader.CreateCommand(one.GetProperty("query").GetString()!);
            await using var rows = await query.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.All(rows.GetColumnSchema(), column => Assert.DoesNotContain("?column?", column.ColumnName, StringComparison.Ordinal));
            Assert.NotEqual("", one.GetProperty("expected").GetString());
            Assert.NotEqual("", one.GetProperty("window").GetString());
        }

        Assert.True(report.GetProperty("log").GetProperty("sound").GetBoolean());
    }

    // Each breaks one criterion and no other.
    [Theory]
    [InlineData(
        1,
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, is_partial, source, "
            + "derivation_version) VALUES ('DXY', '1m', '2019-10-07T09:00:00Z', 100, 100, 100, 100, false, 'synthetic', 1)"
    )]
    [InlineData(2, "DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2019-10-07T10:20:00Z'")]
    [InlineData(3, "DELETE FROM derived_data_bars WHERE timeframe = '5m' AND ts_utc >= '2019-10-07T10:45:00Z'")]
    [InlineData(
        4,
        "INSERT INTO dxy.route (symbol, mode, changed_at) VALUES ('DXY', 'legacy', dxy.now()) ON CONFLICT (symbol) DO UPDATE SET mode = "
            + "'legacy'"
    )]
    [InlineData(
        4,
        "CREATE VIEW public.late AS SELECT * FROM data_bars UNION ALL SELECT canonical_symbol, timeframe, ts_utc, open, high, low, "
            + "close, vol, vwap, trade_count, is_partial, source, ingested_at, raw, created_at, updated_at FROM derived_data_bars"
    )]
    [InlineData(4, "CREATE FUNCTION public.reads() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM derived_data_bars'")]
    [InlineData(5, "UPDATE dxy.run_sample SET verdict = 'FAIL' WHERE at >= '2019-10-07T10:40:00Z'")]
    [InlineData(
        5,
        "INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at, error) VALUES ('DXY', '1m', "
            + "'2019-10-07T10:30:00Z', '2019-10-07T10:31:00Z', 'request', now(), 'it fails')"
    )]
    [InlineData(7, "UPDATE data_bars SET high = 300 WHERE canonical_symbol = 'DXY' AND ts_utc = '2019-10-07T10:20:00Z'")]
    [InlineData(
        7,
        "UPDATE derived_data_bars SET high = 300 WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '2019-10-07T10:20:00Z'"
    )]
    [InlineData(
        7,
        "UPDATE data_bars SET high = close * 1.07, close = close * 1.07 WHERE canonical_symbol = 'DXY' AND ts_utc = '2019-10-07T10:20:00Z'"
    )]
    [InlineData(
        7,
        "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
            + "'2018-10-08T10:20:00Z', 9.9, 9.9, 9.9, 9.9, 'synthetic')"
    )]
    public async Task A_criterion_that_does_not_hold_is_told_by_number(int number, string mutation)
    {
        await using var dxy = await MovedAsync();
        await dxy.Database.RunAsync(mutation);
        var failing = (await dxy.MigrateAsync(0, "report", "--json"))
            .Json.GetProperty("criteria")
            .EnumerateArray()
            .Where(one => one.GetProperty("verdict").GetString() != "PASS");
        Assert.Equal(
            [(number, "FAIL")],
            failing.Select(one => (one.GetProperty("number").GetInt32(), one.GetProperty("verdict").GetString()))
        );
    }

    [Fact]
    public async Task A_reader_of_the_old_table_that_was_accepted_before_the_run_does_not_fail_it()
    {
        await using var dxy = await MovedAsync();
        await dxy.Database.RunAsync(
            $"""
            CREATE VIEW public.known AS SELECT * FROM derived_data_bars;
            INSERT INTO dxy.run_gate (run, gate, phase, verdict, expected, observed, since, checked_at)
            VALUES ('{Runs.Name}', 'pre-flight/consumers', 1, 'WARN', 'none', 'view public.known', dxy.now(), dxy.now());
            INSERT INTO dxy.run_ack (run, gate, at) VALUES ('{Runs.Name}', 'pre-flight/consumers', dxy.now())
            """
        );
        var reads = (await dxy.MigrateAsync(0, "report", "--json")).Json.GetProperty("criteria")[3];
        Assert.True(reads.GetProperty("verdict").GetString() == "PASS", reads.ToString());
        Assert.Contains("accepted at pre-flight: view public.known", reads.GetProperty("observed").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_was_observed_no_criterion_passes()
    {
        await using var dxy = await Runs.StartAsync(server);
        var criteria = (await dxy.MigrateAsync(0, "report", "--json")).Json.GetProperty("criteria").EnumerateArray();
        Assert.DoesNotContain("PASS", criteria.Select(one => one.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Old_bars_make_freshness_fail()
    {
        await using var dxy = await MovedAsync();
        await dxy.Database.RunAsync("UPDATE dxy.run SET finished_at = finished_at + interval '10 minutes'");
        var fresh = (await dxy.MigrateAsync(0, "report", "--json")).Json.GetProperty("criteria")[5];
        Assert.Equal("FAIL", fresh.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task The_report_tells_in_Markdown_who_approved_what_was_held_back_and_how_long_each_phase_took()
    {
        await using var dxy = await MovedAsync();
        Assert.Equal("", (await dxy.MigrateAsync(0, "report", "--out", "report.md")).Out);
        var report = await File.ReadAllTextAsync(Path.Combine(dxy.Folder, "report.md"), TestContext.Current.CancellationToken);
        Assert.Contains($"# Migration {Runs.Name}", report, StringComparison.Ordinal);
        Assert.Contains("| 1 | DXY 1m bars present in data_bars with source synthetic | PASS |", report, StringComparison.Ordinal);
        Assert.Contains("Held back to spare the live path: 12 s in all.", report, StringComparison.Ordinal);
        Assert.Contains("| deploy | ", report, StringComparison.Ordinal);
        Assert.Contains("| different | open | 1 |", report, StringComparison.Ordinal);
        Assert.Contains("a \\| b", report, StringComparison.Ordinal);
        Assert.Contains("```sql", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_has_only_begun_has_a_report_too()
    {
        await using var dxy = await Runs.StartAsync(server);
        var criteria = (await dxy.MigrateAsync(0, "report", "--json")).Json.GetProperty("criteria");
        Assert.Equal("NOT YET", criteria[4].GetProperty("verdict").GetString());
        await dxy.MigrateAsync(0, "report");
    }

    // An hour of bars, derived; the window's samples over them; all that a report tells of.
    async Task<Dxy> MovedAsync()
    {
        var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        await dxy.MigrateAsync(0, "start", Runs.Name, "--window-hours", "0.5", "--healthy-minutes", "50");
        await dxy.AtAsync(7, "deploy/approval");
        await dxy.VerifiedAsync();
        await dxy.MigrateAsync(0, "approve", "deploy");
        await dxy.Database.RunAsync(
            $$"""
            INSERT INTO dxy.run_sample (run, at, verdict, open, checks)
            SELECT '{{Runs.Name}}', '{{Dxy.Monday}}'::timestamptz + i * interval '1 minute', 'PASS', true, '[]' FROM generate_series(0, 59)
              AS i;
            INSERT INTO dxy.run_gate (run, gate, phase, verdict, expected, observed, since, checked_at) VALUES ('{{Runs.Name}}',
              'test/prices', 6, 'PASS', 'a | b', 'a', dxy.now(), dxy.now());
            INSERT INTO dxy.run_conflict (run, ts_utc, class) VALUES ('{{Runs.Name}}', now(), 'different');
            INSERT INTO dxy.run_batch (run, step, number, table_name, from_ts, to_ts, rows, took_ms, at) VALUES ('{{Runs.Name}}',
              'copy/bars', 1, 'data_bars', now(), now(), 100, 50, dxy.now());
            UPDATE dxy.run SET throttled_ms = 12000, started_at = '{{Dxy.Monday}}'
            """
        );
        await dxy.EndAsync();
        await dxy.Database.RunAsync($"UPDATE dxy.run SET finished_at = '{Dxy.Monday + TimeSpan.FromMinutes(61)}'");
        return dxy;
    }
}
