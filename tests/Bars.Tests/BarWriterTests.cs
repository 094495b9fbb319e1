using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Bars.Tests;

public sealed class BarWriterTests(TestServer server)
{
    static BarWriter Writer(TestHost host) => new(new BarStore(host.Data, TimeProvider.System));

    // Keeps every commit of bars waiting until it is rolled back.
    static async Task<NpgsqlTransaction> HoldTableAsync(TestHost host)
    {
        var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        var holding = await connection.BeginTransactionAsync(TestHost.Token);
        await using var take = new NpgsqlCommand("LOCK TABLE data_bars IN SHARE MODE", connection);
        await take.ExecuteNonQueryAsync(TestHost.Token);
        return holding;
    }

    static async Task ReleaseAsync(NpgsqlTransaction holding)
    {
        var connection = holding.Connection!;
        await holding.RollbackAsync(TestHost.Token);
        await connection.DisposeAsync();
    }

    static async Task WaitForWriterAsync(TestHost host)
    {
        while (!await host.ValueAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'data_bars'::regclass AND NOT granted)"))
        { }
    }

    [Fact]
    public async Task What_waits_while_a_commit_is_under_way_goes_together_into_the_next_and_nobody_is_told_before()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = Writer(host);
        var holding = await HoldTableAsync(host);
        var first = writer.WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Ingest, TestHost.Token);
        await WaitForWriterAsync(host);
        var others = Enumerable
            .Range(1, 400)
            .Select(minute => writer.WriteAsync([TestHost.Fx("EURUSD", minute)], BarSource.Ingest, TestHost.Token))
            .ToList();
        Assert.DoesNotContain(others.Append(first), write => write.IsCompleted);

        await ReleaseAsync(holding);
        Assert.All(await Task.WhenAll(others.Append(first)), written => Assert.Equal(BarOutcome.New, Assert.Single(written).Outcome));
        Assert.Equal(2, await host.CountAsync("dxy.change"));
        Assert.Equal(2, await host.ValueAsync<long>("SELECT count(DISTINCT xmin::text) FROM data_bars"));
    }

    [Fact]
    public async Task The_same_bar_many_times_ends_with_the_last_that_came()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = Writer(host);
        var holding = await HoldTableAsync(host);
        var writes = Enumerable
            .Range(0, 20)
            .Select(i =>
                writer.WriteAsync(
                    [TestHost.Fx("EURUSD", 0, 1.1m + (i * 0.001m)), TestHost.Fx("GBPUSD", i)],
                    BarSource.Ingest,
                    TestHost.Token
                )
            )
            .ToList();
        await ReleaseAsync(holding);
        await Task.WhenAll(writes);
        Assert.Equal(1.119m, await host.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
        Assert.Equal(19, await host.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task Each_caller_gets_its_own_outcomes_and_one_guilty_bar_harms_nobody_else()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars ADD CONSTRAINT odd CHECK (canonical_symbol <> 'USDSEK')");
        await using var writer = Writer(host);
        var holding = await HoldTableAsync(host);
        var writes = TestHost
            .Pairs.Select(pair =>
                writer.WriteAsync(
                    [TestHost.Fx(pair, 1), TestHost.Fx(pair, 0)],
                    pair == "EURUSD" ? BarSource.Vendor : BarSource.Ingest,
                    TestHost.Token
                )
            )
            .ToList();
        await ReleaseAsync(holding);
        foreach (var (pair, written) in TestHost.Pairs.Zip(await Task.WhenAll(writes)))
        {
            Assert.Equal([TestHost.Minute(0), TestHost.Minute(1)], written.Select(bar => bar.Bar.Time));
            Assert.All(written, bar =>
                Assert.Equal((pair, pair == "USDSEK" ? BarOutcome.Refused : BarOutcome.New), (bar.Bar.Symbol.Name, bar.Outcome))
            );
        }

        Assert.Equal(["EURUSD"], await host.TextsAsync("SELECT DISTINCT canonical_symbol FROM data_bars WHERE source = 'massive_api'"));
    }

    [Theory]
    [InlineData("-infinity")]
    [InlineData("infinity")]
    public async Task A_row_of_another_program_at_no_time_is_no_bar_and_hinders_nobody(string time)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '{time}',
              1.1, 1.1, 1.1, 1.1, 'ingest')
            """
        );
        Assert.Null(await BarReader.NewestAsync(host.Data, TestHost.Fx("EURUSD", 0).Series, TestHost.Token));
        await using var writer = Writer(host);
        Assert.Equal(
            BarOutcome.New,
            Assert.Single(await writer.WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Ingest, TestHost.Token)).Outcome
        );
    }

    [Fact]
    public async Task A_request_that_names_a_bar_twice_is_refused_alone()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = Writer(host);
        var good = writer.WriteAsync([TestHost.Fx("GBPUSD", 0)], BarSource.Ingest, TestHost.Token);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            writer.WriteAsync([TestHost.Fx("EURUSD", 0), TestHost.Fx("EURUSD", 0, 1.2m)], BarSource.Ingest, TestHost.Token)
        );
        Assert.Equal(BarOutcome.New, (await good)[0].Outcome);
    }

    [Fact]
    public async Task A_sender_that_is_faster_than_the_database_is_refused_above_the_limit_and_what_was_taken_is_stored()
    {
        const int Limit = 300;
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = new BarWriter(new BarStore(host.Data, TimeProvider.System), barLimit: Limit);
        var holding = await HoldTableAsync(host);
        var (taken, refused, most) = (new List<Task<IReadOnlyList<WrittenBar>>>(), 0, 0L);
        for (var sent = 0; sent < 20; sent++)
        {
            var write = writer.WriteAsync(
                [.. Enumerable.Range(sent * 50, 50).Select(minute => TestHost.Fx("EURUSD", minute))],
                BarSource.Ingest,
                TestHost.Token
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
        Assert.Equal(Limit, await host.CountAsync("data_bars"));

        // What was refused may come again, and more than the limit at once where nothing waits.
        Assert.Equal(0, writer.Waiting);
        await writer.WriteAsync(
            [.. Enumerable.Range(Limit, Limit + 1).Select(minute => TestHost.Fx("EURUSD", minute))],
            BarSource.Ingest,
            TestHost.Token
        );
        Assert.Equal(Limit + Limit + 1, await host.CountAsync("data_bars"));
    }

    [Fact]
    public async Task A_caller_who_gives_up_before_his_turn_leaves_his_room_to_others()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var writer = new BarWriter(new BarStore(host.Data, TimeProvider.System), barLimit: 3000);
        var holding = await HoldTableAsync(host);
        var writes = Enumerable
            .Range(0, 2002)
            .Select(minute => writer.WriteAsync([TestHost.Fx("EURUSD", minute)], BarSource.Ingest, TestHost.Token))
            .ToList();
        using var patience = new CancellationTokenSource();
        var waits = writer.WriteAsync([TestHost.Fx("GBPUSD", 0), TestHost.Fx("GBPUSD", 1)], BarSource.Ingest, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await ReleaseAsync(holding);
        await Task.WhenAll(writes);
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task Ending_stores_what_was_waiting()
    {
        await using var host = await TestHost.OpenAsync(server);
        var writer = Writer(host);
        var writes = Enumerable
            .Range(0, 50)
            .Select(minute => writer.WriteAsync([TestHost.Fx("EURUSD", minute)], BarSource.Ingest, TestHost.Token))
            .ToList();
        await writer.DisposeAsync();
        await Task.WhenAll(writes);
        Assert.Equal(50, await host.CountAsync("data_bars"));
    }

    [Fact]
    public async Task Nobody_is_told_stored_when_the_database_is_away()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=none;Timeout=1");
        await using var writer = new BarWriter(new BarStore(away, TimeProvider.System));
        await Assert.ThrowsAsync<NpgsqlException>(() => writer.WriteAsync([TestHost.Fx("EURUSD", 0)], BarSource.Ingest, TestHost.Token));
    }
}
