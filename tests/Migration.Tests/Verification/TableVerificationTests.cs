using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Verification;

public sealed class TableVerificationTests(TestServer server)
{
    const string First = "canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:10Z'";

    [Fact]
    public async Task Equal_tables_are_equal_and_all_of_their_bars_were_compared()
    {
        await using var host = await TwoTables.OpenAsync(server);
        var found = await host.VerifyAsync();
        Assert.Equal((VerificationState.Equal, 400L, 0), (found.State, found.Compared, found.Samples.Count));
        Assert.Equal(TestHost.Minute(3991), found.Range.To);
    }

    [Theory]
    [InlineData("UPDATE data_bars SET open = open + 0.00000001 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET high = high + 0.00000001 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET low = low - 0.00000001 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET close = close + 0.00000001 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET vol = vol + 1e-30 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET vol = 'NaN' WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET vwap = 100 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET trade_count = 9 WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET is_partial = true WHERE " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET vwap = 0 WHERE vwap IS NULL AND " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE data_bars SET vwap = 'NaN' WHERE vwap IS NULL AND " + First, "03-04 08:10 Different")]
    [InlineData("UPDATE derived_data_bars SET vwap = 0 WHERE vwap IS NULL AND " + First, "03-04 08:10 Different")]
    [InlineData("DELETE FROM data_bars WHERE " + First, "03-04 08:10 Missing")]
    [InlineData("UPDATE derived_data_bars SET deleted_at = now() WHERE " + First, "03-04 08:10 Extra")]
    [InlineData(
        "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', '2024-03-04 "
            + "08:11Z', 1, 1, 1, 1, 'ingest')",
        "03-04 08:11 Extra"
    )]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version) SELECT "
            + "canonical_symbol, timeframe, ts_utc, 100, 101, 99, 100, 'synthetic', 2 FROM derived_data_bars WHERE "
            + First,
        "03-04 08:10 Different"
    )]
    [InlineData("UPDATE data_bars SET ts_utc = ts_utc + interval '1 minute' WHERE " + First, "03-04 08:10 Missing, 03-04 08:11 Extra")]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-07 02:30Z'", "03-07 02:30 Missing")]
    public async Task What_was_changed_in_one_table_is_found(string harm, string found)
    {
        await using var host = await TwoTables.OpenAsync(server);
        Assert.Equal(1, await host.RunAsync(harm));
        var verification = await host.VerifyAsync();
        Assert.Equal((VerificationState.Different, found), (verification.State, string.Join(", ", verification.Found())));
        Assert.Equal(found.Split(", ").Length, verification.Missing + verification.Extra + verification.Different);
    }

    [Fact]
    public async Task Two_bars_that_exchanged_their_values_are_both_found()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync(
            """
            UPDATE data_bars AS a SET open = b.open, high = b.high, low = b.low, close = b.close, vol = b.vol, vwap = b.vwap,
              trade_count = b.trade_count FROM data_bars AS b
            WHERE a.canonical_symbol = 'DXY' AND b.canonical_symbol = 'DXY' AND (a.ts_utc, b.ts_utc) IN
              (('2024-03-04 08:10Z'::timestamptz, '2024-03-04 08:20Z'::timestamptz), ('2024-03-04 08:20Z'::timestamptz,
                '2024-03-04 08:10Z'::timestamptz))
            """
        );
        Assert.Equal(["03-04 08:10 Different", "03-04 08:20 Different"], (await host.VerifyAsync()).Found());
    }

    [Fact]
    public async Task Two_bars_that_exchanged_only_their_closes_are_both_found()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync(
            "UPDATE data_bars SET close = CASE WHEN ts_utc = '2024-03-04 08:10Z' THEN 100.502 ELSE 100.501 END WHERE canonical_symbol = "
                + "'DXY' AND ts_utc IN ('2024-03-04 08:10Z', '2024-03-04 08:20Z')"
        );
        Assert.Equal(["03-04 08:10 Different", "03-04 08:20 Different"], (await host.VerifyAsync()).Found());
    }

    [Fact]
    public async Task Two_days_that_exchanged_their_bars_are_found_bar_by_bar()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync(
            """
            CREATE TEMP TABLE moved AS SELECT * FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc >= '2024-03-05Z'
              AND ts_utc < '2024-03-07Z';
            DELETE FROM data_bars WHERE ts_utc IN (SELECT ts_utc FROM moved);
            UPDATE moved SET ts_utc = ts_utc + CASE WHEN ts_utc < '2024-03-06Z' THEN interval '1 day' ELSE interval '-1 day' END;
            INSERT INTO data_bars SELECT * FROM moved
            """
        );
        var found = await host.VerifyAsync();
        Assert.Equal(
            (VerificationState.Different, 288L, 0L, 0L, 400L),
            (found.State, found.Different, found.Missing, found.Extra, found.Compared)
        );
    }

    [Theory]
    [InlineData(
        "ALTER TABLE data_bars ALTER open TYPE numeric, ALTER vol TYPE numeric(20, 6); UPDATE data_bars SET open = open * 1.0000, vwap "
            + "= vwap * 1.00"
    )]
    [InlineData("UPDATE data_bars SET source = 'ingest', raw = '{\"migration\": \"x\"}', updated_at = now(), ingested_at = now()")]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version) SELECT "
            + "canonical_symbol, timeframe, ts_utc, 1, 1, 1, 1, 'synthetic', 0 FROM derived_data_bars"
    )]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version, "
            + "deleted_at) SELECT canonical_symbol, timeframe, ts_utc, 1, 1, 1, 1, 'synthetic', 5, now() FROM derived_data_bars"
    )]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) SELECT 'DXY', '5m', "
            + "ts_utc, 1, 1, 1, 1, 'derived' FROM derived_data_bars"
    )]
    public async Task What_says_the_same_in_other_words_is_equal(string change)
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync(change);
        var found = await host.VerifyAsync();
        Assert.Equal((VerificationState.Equal, 400L), (found.State, found.Compared));
    }

    [Fact]
    public async Task One_connection_is_enough_to_find_what_differs()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync($"DELETE FROM data_bars WHERE {First}");
        await using var narrow = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(host.Database.ConnectionString) { MaxPoolSize = 1 }
        );
        var verifications = new TableVerification(narrow);
        var found = await verifications.FinishAsync(
            await verifications.StartAsync(null, TwoTables.Dxy, VerificationScope.Full, null, TestHost.Token)
        );
        Assert.Equal(["03-04 08:10 Missing"], found.Found());
    }

    [Fact]
    public async Task Nothing_stored_is_not_equal()
    {
        await using var host = await TestHost.OpenAsync(server);
        var found = await host.VerifyAsync();
        Assert.Equal((VerificationState.NotCompared, "nothing is stored in the range"), (found.State, found.Note));
    }

    [Fact]
    public async Task Samples_of_every_kind_are_kept_however_many_there_are_of_one()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync("DELETE FROM data_bars WHERE ts_utc < '2024-03-06Z'");
        await host.RunAsync("UPDATE data_bars SET close = close + 0.1 WHERE ts_utc = '2024-03-07 02:20Z'");
        await host.RunAsync("UPDATE derived_data_bars SET deleted_at = now() WHERE ts_utc = '2024-03-07 02:30Z'");
        var found = await host.VerifyAsync();
        Assert.Equal((240L, 1L, 1L), (found.Missing, found.Extra, found.Different));
        Assert.Equal(5, found.Samples.Count(one => one.Kind == RowDifferenceKind.Missing));
        var different = Assert.Single(found.Samples, one => one.Kind == RowDifferenceKind.Different);
        Assert.Equal(("100.89800000", "100.99800000"), (different.Source!.Close, different.Target!.Close));
        Assert.Single(found.Samples, one => one.Kind == RowDifferenceKind.Extra);
    }

    [Fact]
    public async Task One_killed_between_portions_ends_as_one_that_was_not()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await host.RunAsync("DELETE FROM data_bars WHERE extract(minute FROM ts_utc) = 30");
        var undisturbed = await host.VerifyAsync();
        var id = await new TableVerification(host.Data) { FirstDays = 1 }.StartAsync(
            null,
            TwoTables.Dxy,
            VerificationScope.Full,
            null,
            TestHost.Token
        );
        var first = await new TableVerification(host.Data) { SlicesAtMost = 1 }.AdvanceAsync(id, TestHost.Token);
        Assert.Equal((VerificationState.Running, 96L, TestHost.Minute(16 * 60)), (first.State, first.Compared, first.Position));

        // Whoever goes on knows nothing but the number; two of them take nothing from each other.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => new TableVerification(host.Data).FinishAsync(id)));
        var found = (await new TableVerification(host.Data).FindAsync(id, TestHost.Token))!;
        Assert.Equal((undisturbed.State, undisturbed.Compared, undisturbed.Missing), (found.State, found.Compared, found.Missing));
        Assert.Equal(undisturbed.Found(), found.Found());
    }
}
