using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Bars.Tests;

public sealed class BarStoreTests(TestServer server)
{
    static BarStore Store(TestHost host) => new(host.Data, TimeProvider.System);

    static int Count(IEnumerable<WrittenBar> written, BarOutcome outcome) => written.Count(bar => bar.Outcome == outcome);

    [Theory]
    [InlineData(10)]
    [InlineData(700)]
    public async Task New_changed_and_equal_bars_are_told_apart_in_order(int minutes)
    {
        await using var host = await TestHost.OpenAsync(server);
        var bars = Enumerable.Range(0, minutes).Select(minute => TestHost.Fx("EURUSD", minute)).Reverse().ToList();
        var first = await Store(host).WriteAsync(bars, BarSource.Ingest, false, TestHost.Token);
        Assert.Equal(Enumerable.Range(0, minutes).Select(TestHost.Minute), first.Select(bar => bar.Bar.Time));
        Assert.Equal(minutes, Count(first, BarOutcome.New));

        bars[3] = TestHost.Fx("EURUSD", minutes - 4, 1.09m);
        bars.Add(TestHost.Fx("EURUSD", minutes));
        var second = await Store(host).WriteAsync(bars, BarSource.Ingest, false, TestHost.Token);
        Assert.Equal(BarOutcome.Changed, second[minutes - 4].Outcome);
        Assert.Equal(BarOutcome.New, second[^1].Outcome);
        Assert.Equal(minutes - 1, Count(second, BarOutcome.Equal));
        Assert.Equal(minutes + 1, await host.CountAsync("data_bars"));
    }

    [Fact]
    public async Task Many_bars_are_stored_where_counts_of_trades_have_eight_bytes()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars ALTER COLUMN trade_count TYPE bigint");
        await host.StoreAsync(TestHost.Minutes(0, 400));
        Assert.Equal(2400 * 3, await host.ValueAsync<decimal>("SELECT sum(trade_count) FROM data_bars"));
    }

    [Fact]
    public async Task What_was_stored_reads_back_as_it_was()
    {
        await using var host = await TestHost.OpenAsync(server);
        Bar[] bars =
        [
            Bar.Create(TestHost.One("EURUSD"), TestHost.Minute(0), 1.12345678m, 1.2m, 1.1m, 1.15m, 12.345m, 1.13m, 7),
            Bar.Create(TestHost.One("EURUSD"), TestHost.Minute(1), 1.1m, 1.1m, 1.1m, 1.1m, isPartial: true),
            Bar.Create(TestHost.One("EURUSD"), TestHost.Minute(2), 1m, 999_999_999_999.99999999m, 0.00000001m, 1m),
        ];
        await Store(host).WriteAsync(bars, BarSource.Vendor, false, TestHost.Token);
        var stored = new List<StoredBar>();
        await foreach (
            var bar in BarReader.StreamAsync(
                host.Data,
                BarTable.Data,
                TestHost.One("EURUSD"),
                new TimeRange(TestHost.Minute(0), TestHost.Minute(9)),
                TestHost.Token
            )
        )
        {
            stored.Add(bar);
        }

        Assert.Equal(bars, stored.Select(bar => bar.Bar));
        Assert.All(stored, bar => Assert.Equal((BarSource.Vendor, "{}"), (bar.Source, bar.Raw)));
    }

    [Fact]
    public async Task Another_sources_row_stands_unless_it_is_to_be_replaced()
    {
        await using var host = await TestHost.OpenAsync(server);
        await Store(host).WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Vendor, false, TestHost.Token);
        var kept = await Store(host).WriteAsync([TestHost.Fx("EURUSD", 0, 1.2m)], BarSource.Ingest, false, TestHost.Token);
        Assert.Equal(BarOutcome.OtherSource, kept[0].Outcome);
        Assert.Equal("massive_api 1.08430000", await host.ValueAsync<string>("SELECT source || ' ' || close FROM data_bars"));

        var replaced = await Store(host).WriteAsync([TestHost.Fx("EURUSD", 0, 1.2m)], BarSource.Ingest, true, TestHost.Token);
        Assert.Equal(BarOutcome.Changed, replaced[0].Outcome);
        Assert.Equal("ingest 1.20000000", await host.ValueAsync<string>("SELECT source || ' ' || close FROM data_bars"));
    }

    [Fact]
    public async Task Times_move_exactly_when_values_do()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Fx("EURUSD", 0), TestHost.Fx("EURUSD", 1));
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(2));
        await host.StoreAsync(TestHost.Fx("EURUSD", 0), TestHost.Fx("EURUSD", 1, 1.2m));
        Assert.Equal(
            ["5 5 5", "5 6 6"],
            await host.TextsAsync(
                "SELECT concat_ws(' ', extract(day FROM created_at), extract(day FROM updated_at), extract(day FROM ingested_at)) FROM "
                    + "data_bars ORDER BY ts_utc"
            )
        );
    }

    [Fact]
    public async Task Of_a_thousand_bars_only_the_guilty_one_is_refused_with_its_reason()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"ALTER TABLE data_bars ADD CONSTRAINT not_this_one CHECK (ts_utc <> '{TestHost.Minute(777)}')");
        var written = await host.StoreAsync(Enumerable.Range(0, 1000).Select(minute => TestHost.Fx("EURUSD", minute)));
        var refused = Assert.Single(written, bar => bar.Outcome == BarOutcome.Refused);
        Assert.Equal(TestHost.Minute(777), refused.Bar.Time);
        Assert.Contains("not_this_one", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(999, Count(written, BarOutcome.New));
        Assert.Equal(999, await host.CountAsync("data_bars"));
    }

    [Fact]
    public async Task A_deadlock_a_conflict_or_a_cut_connection_is_tried_again()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            """
            CREATE SEQUENCE tries;
            CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              CASE nextval('tries') WHEN 1 THEN RAISE SQLSTATE '40P01'; WHEN 2 THEN RAISE SQLSTATE '40001';
                WHEN 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); ELSE NULL; END CASE;
              RETURN NULL;
            END $$;
            CREATE TRIGGER stumble BEFORE INSERT ON data_bars FOR EACH STATEMENT EXECUTE FUNCTION stumble();
            """
        );
        Assert.Equal(BarOutcome.New, (await host.StoreAsync(TestHost.Fx("EURUSD", 0)))[0].Outcome);
        Assert.Equal(4, await host.ValueAsync<long>("SELECT last_value FROM tries"));
    }

    [Fact]
    public async Task What_a_foreign_writer_stored_between_looking_and_copying_is_merged()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            """
            CREATE SEQUENCE tries;
            CREATE FUNCTION beside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') = 1 THEN RAISE unique_violation; END
              IF; RETURN NULL; END $$;
            CREATE TRIGGER beside BEFORE INSERT ON data_bars FOR EACH STATEMENT EXECUTE FUNCTION beside();
            """
        );
        var written = await host.StoreAsync(Enumerable.Range(0, 600).Select(minute => TestHost.Fx("EURUSD", minute)));
        Assert.Equal(600, Count(written, BarOutcome.New));
        Assert.Equal(600, await host.CountAsync("data_bars"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_an_error_and_no_outcome()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=none;Timeout=1");
        await Assert.ThrowsAsync<NpgsqlException>(() =>
            new BarStore(away, TimeProvider.System).WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Ingest, false, TestHost.Token)
        );
    }
}
