using System.Diagnostics;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>What health says of bars, and where a look can't be taken.</summary>
public sealed class HealthTests(TestServer server)
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task History_that_was_imported_makes_nothing_late_and_bars_that_came_live_and_stopped_do()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        var history = await dxy.RunAsync("health");
        Assert.True(history.Code == 0, history.ToString());
        Assert.Contains("WARN  freshness DXY", history.Out, StringComparison.Ordinal);
        Assert.Contains("history up to 2019-10-07T10:59:00Z", history.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("coverage", history.Out, StringComparison.Ordinal);

        // Within the week before the last market day, wherever in the week this test runs.
        await dxy.Database.RunAsync(
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, ingested_at)
            SELECT 'EURUSD', '1m', t, 1.1, 1.1, 1.1, 1.1, 'ingest', t + interval '61 seconds'
            FROM (SELECT date_trunc('minute', now()) - interval '6 days' AS t) AS s
            """
        );
        var stopped = await dxy.RunAsync("health");
        Assert.Equal(10, stopped.Code);
        Assert.Contains("FAIL  freshness EURUSD", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("FAIL  coverage EURUSD", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("WARN  freshness GBPUSD", stopped.Out, StringComparison.Ordinal);

        // Where the calendar of its class says that nothing was traded since, nothing is late and nothing is missing.
        await dxy.Database.RunAsync(
            """
            INSERT INTO dxy.calendar (symbol_class, from_ts, to_ts, kind)
            SELECT c, date_trunc('day', now()) - interval '9 days', date_trunc('day', now()) + interval '2 days', 'closed'
            FROM unnest(ARRAY['currency_index', 'fx']) AS c
            """
        );
        var closed = await dxy.RunAsync("health");
        Assert.Contains("PASS  freshness EURUSD", closed.Out, StringComparison.Ordinal);
        Assert.Contains("PASS  coverage EURUSD  the market was closed", Spaced(closed.Out), StringComparison.Ordinal);
        await dxy.Database.RunAsync("DELETE FROM dxy.calendar WHERE symbol_class = 'fx'");
        Assert.Contains("FAIL  coverage EURUSD", (await dxy.RunAsync("health")).Out, StringComparison.Ordinal);

        static string Spaced(string text) => System.Text.RegularExpressions.Regex.Replace(text, "  +", "  ");
    }

    [Theory]
    [InlineData("127.0.0.1:11112@5,2026-12-01 03:57:31.774 GMT", false)]
    [InlineData("127.0.0.1:11111@7,2026-12-01 03:57:31.774 GMT", true)]
    [InlineData("127.0.0.1:11111@7,2026-12-01 03:57:31.774 GMT|127.0.0.1:11112@5,2026-12-01 03:57:31.774 GMT", true)]
    [InlineData(null, false)]
    public async Task A_silo_that_others_voted_dead_is_missed_and_one_that_left_by_itself_is_not(string? votes, bool isMissed)
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            $"""
            INSERT INTO dxy_orleans.cluster_version VALUES ('dxy', 9);
            INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port,
              suspect_times, start_time, alive_time)
            VALUES ('dxy', '127.0.0.1', 11111, 7, 'Silo_here', 'here', 3, 30000, NULL, now() - interval '1 hour', now()),
                   ('dxy', '127.0.0.1', 11112, 5, 'Silo_gone', 'here', 6, 30001, {(votes is null ? "NULL" : $"'{votes}'")},
                     now() - interval '1 hour', now() - interval '10 minutes')
            """
        );
        var health = await dxy.RunAsync("health");
        Assert.Equal(isMissed, health.Out.Contains("Silo_gone at 127.0.0.1:11112 died at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_locked_table_leaves_the_other_checks_to_be_judged_and_who_locks_it_is_named()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var cancellation = TestContext.Current.CancellationToken;
        await using var other = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(dxy.Database.ConnectionString) { ApplicationName = "nightly vacuum" }.ConnectionString
        );
        await other.OpenAsync(cancellation);
        await using var transaction = await other.BeginTransactionAsync(cancellation);
        await using (var locking = new NpgsqlCommand("LOCK TABLE public.data_bars IN ACCESS EXCLUSIVE MODE", other))
        {
            await locking.ExecuteNonQueryAsync(cancellation);
        }

        var began = Stopwatch.GetTimestamp();
        var health = await dxy.RunAsync("health", "--json");

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Deadline);
        Assert.Equal(10, health.Code);
        var checks = health
            .Json.GetProperty("checks")
            .EnumerateArray()
            .Select(check =>
                (
                    Name: check.GetProperty("name").GetString(),
                    Status: check.GetProperty("status").GetString(),
                    Text: check.GetProperty("text").GetString()!
                )
            )
            .ToList();
        var freshness = checks.Where(check => check.Name == "freshness").ToList();
        Assert.Equal(7, freshness.Count);
        Assert.All(freshness, check => Assert.Equal("FAIL", check.Status));
        Assert.Contains($"public.data_bars is locked by process {other.ProcessID}", freshness[0].Text, StringComparison.Ordinal);
        Assert.Contains("nightly vacuum", freshness[0].Text, StringComparison.Ordinal);
        Assert.Contains("LOCK TABLE", freshness[0].Text, StringComparison.Ordinal);
        Assert.All(["database", "clock", "missed by trigger", "capture", "backlog", "stuck", "silos"], name =>
            Assert.DoesNotContain("not made", Assert.Single(checks, check => check.Name == name).Text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_right_that_is_missing_is_said_where_it_is_missed()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            "REVOKE ALL ON public.derived_data_bars FROM CURRENT_USER, dxy_silo, dxy_reader, dxy_console, dxy_approver, dxy_mirror"
        );

        var health = await dxy.RunAsync("health");

        Assert.Equal(10, health.Code);
        Assert.Contains("can't be made: permission denied for table derived_data_bars", health.Out, StringComparison.Ordinal);
        Assert.Contains("backlog", health.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_away_or_without_our_schema_is_one_line_and_no_list_of_checks()
    {
        await using var empty = await Dxy.OnAsync(server, schema: false);
        Assert.Equal(4, (await empty.RunAsync("health")).Code);
        await using var away = Dxy.Alone();
        away.Variables["DXY_DATABASE"] = "Host=127.0.0.1;Port=1;Database=dxy;Username=dxy";
        var health = await away.RunAsync("health");
        Assert.Equal(3, health.Code);
        Assert.Equal("", health.Out);
    }
}
