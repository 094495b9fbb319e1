using DxyOrleans.Bars.Writing;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Bars.Tests;

public sealed class RetentionTests(TestServer server)
{
    [Fact]
    public async Task What_is_older_than_is_kept_goes_in_batches_and_since_when_the_rest_is_whole_is_noted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateInstalledDatabaseAsync(cancellationToken: cancellation);
        await database.RunAsync(
            $"""
            INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, close, deleted, replaced_at)
            SELECT 'data_bars', 'EURUSD', '1m', now(), 1.1, false, now() - interval '400 days' + n * interval '1 second'
              FROM generate_series(1, {Retention.Batch
                + 500}) AS n;
            INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, close, deleted, replaced_at)
            SELECT 'data_bars', 'EURUSD', '1m', now(), 1.1, false, now() - interval '300 days' FROM generate_series(1, 7);
            INSERT INTO dxy.missed (symbol, timeframe, from_ts, to_ts, bars, found_at)
            SELECT 'DXY', '1m', now(), now(), 1, now() - days * interval '1 day' FROM (VALUES (400), (10)) AS v(days);
            SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) SELECT 'DXY', 'a run', now();
            INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
            SELECT 'data_bars', symbol, 'insert', now(), now(), 1, true, 'x', '', pg_current_xact_id(), now() - interval '400 days'
              FROM (VALUES ('DXY'), ('EURX')) AS v(symbol);
            """,
            cancellation
        );
        Assert.Null(await Retention.CorrectionsSinceAsync(database.Data, cancellation));

        var retention = new Retention(database.Data, Retention.DefaultDays);
        var batches = 0;
        while (await retention.ForgetAsync(cancellation))
        {
            batches++;
        }

        Assert.Equal(2, batches);
        Assert.Equal(7L, await database.ValueAsync<long>("SELECT count(*) FROM dxy.correction", cancellation));
        Assert.Equal(1L, await database.ValueAsync<long>("SELECT count(*) FROM dxy.missed", cancellation));
        Assert.Equal("DXY", await database.ValueAsync<string>("SELECT string_agg(symbol, ' ') FROM dxy.touch", cancellation));
        Assert.True(
            await database.ValueAsync<bool>(
                $"SELECT since BETWEEN now() - interval '400 days' AND now() - interval '399 days' FROM dxy.kept WHERE table_name = "
                    + $"'correction'",
                cancellation
            )
        );
    }

    [Fact]
    public async Task What_the_host_deleted_softly_is_remembered_until_something_newer_is_said_of_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateInstalledDatabaseAsync(cancellationToken: cancellation);
        await database.RunAsync(
            """
            INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, close, deleted, replaced_at, soft)
            SELECT 'derived_data_bars', 'DXY', '1m', '2024-01-02 10:00+00'::timestamptz + minute * interval '1 minute', 103, true,
              now() - interval '400 days', soft
            FROM (VALUES (0, true), (1, true), (1, false), (2, false), (3, true)) AS ended(minute, soft);
            INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, deleted, replaced_at, absent)
            VALUES ('derived_data_bars', 'DXY', '1m', '2024-01-02 10:03+00', false, now() - interval '399 days', true);
            """,
            cancellation
        );

        while (await new Retention(database.Data, Retention.DefaultDays).ForgetAsync(cancellation)) { }

        Assert.Equal(
            "10:00 10:03",
            await database.ValueAsync<string>(
                "SELECT string_agg(to_char(t AT TIME ZONE 'UTC', 'HH24:MI'), ' ' ORDER BY t) FROM dxy.soft_deleted('DXY', '1m', "
                    + "'2024-01-02', '2024-01-03') AS t",
                cancellation
            )
        );
        Assert.Equal(2L, await database.ValueAsync<long>("SELECT count(*) FROM dxy.correction", cancellation));
    }

    [Fact]
    public async Task Zero_keeps_all_and_less_than_a_month_is_refused_by_the_database_itself()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateInstalledDatabaseAsync(cancellationToken: cancellation);
        await database.RunAsync(
            """
            INSERT INTO dxy.correction (table_name, deleted, replaced_at) VALUES ('data_bars', false, now() - interval '9 years')
            """,
            cancellation
        );

        Assert.False(await new Retention(database.Data, 0).ForgetAsync(cancellation));
        await Assert.ThrowsAsync<PostgresException>(() => new Retention(database.Data, 29).ForgetAsync(cancellation));
        Assert.Equal(1L, await database.ValueAsync<long>("SELECT count(*) FROM dxy.correction", cancellation));
    }
}
