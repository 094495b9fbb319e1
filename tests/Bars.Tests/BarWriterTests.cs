using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Bars.Tests;

public sealed class BarWriterTests(TestServer server)
{
    static BarWriter Writer(Shop shop) => new(new BarStore(shop.Data, TimeProvider.System));

    // Keeps every commit of bars waiting until it is rolled back.
    static async Task<NpgsqlTransaction> HoldTableAsync(Shop shop)
    {
        var connection = await shop.Database.Data.OpenConnectionAsync(Shop.Token);
        var holding = await connection.BeginTransactionAsync(Shop.Token);
        await using var take = new NpgsqlCommand("LOCK TABLE data_bars IN SHARE MODE", connection);
        await take.ExecuteNonQueryAsync(Shop.Token);
        return holding;
    }

    static async Task ReleaseAsync(NpgsqlTransaction holding)
    {
        var connection = holding.Connection!;
        await holding.RollbackAsync(Shop.Token);
        await connection.DisposeAsync();
    }

    static async Task WaitForWriterAsync(Shop shop)
    {
        while (!await shop.ValueAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'data_bars'::regclass AND NOT granted)"))
        { }
    }

    [Fact]
    public async Task What_waits_while_a_commit_is_under_way_goes_together_into_the_next_and_nobody_is_told_before()
    {
        await using var shop = await Shop.OpenAsync(server);
        await using var writer = Writer(shop);
        var holding = await HoldTableAsync(shop);
        var first = writer.WriteAsync([Shop.Fx("EURUSD", 0)], BarSource.Ingest, Shop.Token);
        await WaitForWriterAsync(shop);
        var others = Enumerable
            .Range(1, 400)
            .Select(minute => writer.WriteAsync([Shop.Fx("EURUSD", minute)], BarSource.Ingest, Shop.Token))
            .ToList();
        Assert.DoesNotContain(others.Append(first), write => write.IsCompleted);

        await ReleaseAsync(holding);
        Assert.All(await Task.WhenAll(others.Append(first)), written => Assert.Equal(BarOutcome.New, Assert.Single(written).Outcome));
        Assert.Equal(2, await shop.CountAsync("dxy.change"));
        Assert.Equal(2, await shop.ValueAsync<long>("SELECT count(DISTINCT xmin::text) FROM data_bars"));
    }

    [Fact]
    public async Task The_same_bar_many_times_ends_with_the_last_that_came()
    {
        await using var shop = await Shop.OpenAsync(server);
        await using var writer = Writer(shop);
        var holding = await HoldTableAsync(shop);
        var writes = Enumerable
            .Range(0, 20)
            .Select(i => writer.WriteAsync([Shop.Fx("EURUSD", 0, 1.1m + (i * 0.001m)), Shop.Fx("GBPUSD", i)], BarSource.Ingest, Shop.Token))
            .ToList();
        await ReleaseAsync(holding);
        await Task.WhenAll(writes);
        Assert.Equal(1.119m, await shop.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
        Assert.Equal(19, await shop.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task Each_caller_gets_its_own_outcomes_and_one_guilty_bar_harms_nobody_else()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync("ALTER TABLE data_bars ADD CONSTRAINT odd CHECK (canonical_symbol <> 'USDSEK')");
        await using var writer = Writer(shop);
        var holding = await HoldTableAsync(shop);
        var writes = Shop
            .Pairs.Select(pair =>
                writer.WriteAsync([Shop.Fx(pair, 1), Shop.Fx(pair, 0)], pair == "EURUSD" ? BarSource.Vendor : BarSource.Ingest, Shop.Token)
            )
            .ToList();
        await ReleaseAsync(holding);
        foreach (var (pair, written) in Shop.Pairs.Zip(await Task.WhenAll(writes)))
        {
            Assert.Equal([Shop.Minute(0), Shop.Minute(1)], written.Select(bar => bar.Bar.Time));
            Assert.All(written, bar =>
                Assert.Equal((pair, pair == "USDSEK" ? BarOutcome.Refused : BarOutcome.New), (bar.Bar.Symbol.Name, bar.Outcome))
            );
        }

        Assert.Equal(["EURUSD"], await shop.TextsAsync("SELECT DISTINCT canonical_symbol FROM data_bars WHERE source = 'massive_api'"));
    }

    [Theory]
    [InlineData("-infinity")]
    [InlineData("infinity")]
    public async Task A_row_of_another_program_at_no_time_is_no_bar_and_hinders_nobody(string time)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '{time}',
              1.1, 1.1, 1.1, 1.1, 'ingest')
            """
        );
        Assert.Null(await BarReader.NewestAsync(shop.Data, Shop.Fx("EURUSD", 0).Series, Shop.Token));
        await using var writer = Writer(shop);
        Assert.Equal(BarOutcome.New, Assert.Single(await writer.WriteAsync([Shop.Fx("EURUSD", 0)], BarSource.Ingest, Shop.Token)).Outcome);
    }

    [Fact]
    public async Task A_request_that_names_a_bar_twice_is_refused_alone()
    {
        await using var shop = await Shop.OpenAsync(server);
        await using var writer = Writer(shop);
        var good = writer.WriteAsync([Shop.Fx("GBPUSD", 0)], BarSource.Ingest, Shop.Token);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            writer.WriteAsync([Shop.Fx("EURUSD", 0), Shop.Fx("EURUSD", 0, 1.2m)], BarSource.Ingest, Shop.Token)
        );
        Assert.Equal(BarOutcome.New, (await good)[0].Outcome);
    }

    [Fact]
    public async Task A_sender_that_is_faster_than_the_database_is_refused_above_the_limit_and_what_was_taken_is_stored()
    {
        const int Limit = 300;
        await using var shop = await Shop.OpenAsync(server);
        await using var writer = new BarWriter(new BarStore(shop.Data, TimeProvider.System), barLimit: Limit);
        var holding = await HoldTableAsync(shop);
        var (taken, refused, most) = (new List<Task<IReadOnlyList<WrittenBar>>>(), 0, 0L);
        for (var sent = 0; sent < 20; sent++)
        {
            var write = writer.WriteAsync(
                [.. Enumerable.Range(sent * 50, 50).Select(minute => Shop.Fx("EURUSD", minute))],
                BarSource.Ingest,
                Shop.Token
            );
            most = Math.Max(most, writer.Waiting);
            if (write.IsFaulted)
            {
                Assert.Contains(
                    "300 bars wait for the database",
                    (await Assert.ThrowsAsync<TooManyBarsException>(() => write)).Message,
                    StringComparison.Ordinal
                );
                refused++;
            }
            else
            {
                taken.Add(write);
            }
        }

        Assert.Equal((Limit / 50, 14, (long)Limit), (taken.Count, refused, most));
        Assert.DoesNotContain(taken, write => write.IsCompleted);
        await ReleaseAsync(holding);
        Assert.All(await Task.WhenAll(taken), written => Assert.All(written, bar => Assert.Equal(BarOutcome.New, bar.Outcome)));
        Assert.Equal(Limit, await shop.CountAsync("data_bars"));

        // What was refused may come again, and more than the limit at once where nothing waits.
        Assert.Equal(0, writer.Waiting);
        await writer.WriteAsync(
            [.. Enumerable.Range(Limit, Limit + 1).Select(minute => Shop.Fx("EURUSD", minute))],
            BarSource.Ingest,
            Shop.Token
        );
        Assert.Equal(Limit + Limit + 1, await shop.CountAsync("data_bars"));
    }

    [Fact]
    public async Task A_caller_who_gives_up_before_his_turn_leaves_his_room_to_others()
    {
        await using var shop = await Shop.OpenAsync(server);
        await using var writer = new BarWriter(new BarStore(shop.Data, TimeProvider.System), barLimit: 3000);
        var holding = await HoldTableAsync(shop);
        var writes = Enumerable
            .Range(0, 2002)
            .Select(minute => writer.WriteAsync([Shop.Fx("EURUSD", minute)], BarSource.Ingest, Shop.Token))
            .ToList();
        using var patience = new CancellationTokenSource();
        var waits = writer.WriteAsync([Shop.Fx("GBPUSD", 0), Shop.Fx("GBPUSD", 1)], BarSource.Ingest, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await ReleaseAsync(holding);
        await Task.WhenAll(writes);
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task Ending_stores_what_was_waiting()
    {
        await using var shop = await Shop.OpenAsync(server);
        var writer = Writer(shop);
        var writes = Enumerable
            .Range(0, 50)
            .Select(minute => writer.WriteAsync([Shop.Fx("EURUSD", minute)], BarSource.Ingest, Shop.Token))
            .ToList();
        await writer.DisposeAsync();
        await Task.WhenAll(writes);
        Assert.Equal(50, await shop.CountAsync("data_bars"));
    }

    [Fact]
    public async Task Nobody_is_told_stored_when_the_database_is_away()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=none;Timeout=1");
        await using var writer = new BarWriter(new BarStore(away, TimeProvider.System));
        await Assert.ThrowsAsync<NpgsqlException>(() => writer.WriteAsync([Shop.Fx("EURUSD", 0)], BarSource.Ingest, Shop.Token));
    }
}
