using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Feeds;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Running;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>What is the same for all feeds, with a feed of the test's own and a clock that the test moves.</summary>
public sealed class FeedRunnerTests
{
    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly Symbol Krona = Symbol.Parse("USDSEK");

    // A Tuesday.
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13);

    [Fact]
    public async Task A_vendor_that_throws_us_out_at_once_is_asked_again_later_and_later()
    {
        var feed = new ScriptedFeed(LivePrices.Minutes) { Live = (_, _) => Task.FromResult(new FeedLoss(FeedLossReason.Broken, "gone")) };
        var world = new World(feed, Start);

        await world.PassAsync(TimeSpan.FromMinutes(20));

        // 1, 2, 4 … 300 s, with a quarter of chance.
        Assert.InRange(feed.Connections, 9, 15);
        Assert.All(world.Journal.Waits.Zip(world.Journal.Waits.Skip(1)).Take(6), pair => Assert.True(pair.Second > pair.First));
        await world.DisposeAsync();
    }

    [Fact]
    public async Task One_that_lets_us_in_and_then_throws_us_out_is_so_as_well()
    {
        var feed = new ScriptedFeed(LivePrices.Minutes)
        {
            Live = async (sink, cancellation) =>
            {
                sink.Connected();
                await sink.BarAsync(BarAt(Start, 1.08m), cancellation);
                return new FeedLoss(FeedLossReason.TooManyConnections, "another one came", TimeSpan.FromSeconds(60));
            },
        };
        var world = new World(feed, Start);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(feed.Connections, 3, 10);
        Assert.All(world.Journal.Waits, wait => Assert.True(wait >= TimeSpan.FromSeconds(60)));
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_of_its_reader_is_a_loss_like_any_other()
    {
        var feed = new ScriptedFeed(LivePrices.Minutes) { Live = (_, _) => throw new KeyNotFoundException("what") };
        var world = new World(feed, Start);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(feed.Connections, 2, 5);
        Assert.All(world.Journal.Losses, loss => Assert.Equal(FeedLossReason.Protocol, loss.Reason));
        await world.DisposeAsync();
    }

    [Theory]
    [InlineData("2024-03-05T13:00:00Z", true)]
    // Saturday; and Sunday's first minutes, before which the market was closed.
    [InlineData("2024-03-09T13:00:00Z", false)]
    [InlineData("2024-03-10T20:59:00Z", false)]
    public async Task Silence_is_a_loss_while_the_market_is_open_alone(string time, bool isLoss)
    {
        var feed = new ScriptedFeed(LivePrices.Quotes);
        var world = new World(feed, UtcTime.Parse(time));
        await world.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(isLoss, world.Journal.Losses.Any(loss => loss.Reason == FeedLossReason.Silent));
        Assert.Equal(isLoss ? 2 : 1, feed.Connections);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Bars_wait_for_an_output_that_is_slow_and_none_is_dropped()
    {
        var told = 0;
        var feed = new ScriptedFeed(LivePrices.Minutes)
        {
            Live = async (sink, cancellation) =>
            {
                for (; told < 1_000; told++)
                {
                    await sink.BarAsync(BarAt(Start - TimeSpan.FromMinutes(1_000 - told), 1.08m), cancellation);
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                throw new InvalidOperationException();
            },
        };
        var open = new TaskCompletionSource();
        var world = new World(feed, Start, new FeedRules { BarLimit = 100 });
        world.Bars.Before = () => open.Task;
        await world.PassAsync(TimeSpan.FromSeconds(30));
        // Those that wait, those that are being told, and the one in hand.
        Assert.InRange(told, 100, 250);

        open.SetResult();
        await world.UntilAsync(() => world.Bars.Published == 1_000);
        Assert.Equal(1_000, world.Bars.All.Count);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Quotes_for_which_there_is_no_room_push_out_the_oldest_and_are_counted()
    {
        var feed = new ScriptedFeed(LivePrices.Quotes)
        {
            Live = async (sink, cancellation) =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    sink.Quote(Euro, new Quote(Start + TimeSpan.FromMilliseconds(i), 1.08m + (i * 0.00001m)));
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                throw new InvalidOperationException();
            },
        };
        var open = new TaskCompletionSource();
        var world = new World(feed, Start, new FeedRules { QuoteLimit = 100 });
        world.Bars.Before = () => open.Task;
        await world.PassAsync(TimeSpan.FromSeconds(2));
        open.SetResult();
        await world.UntilAsync(() => world.Journal.DroppedQuotes > 0);
        await world.UntilAsync(() => world.Bars.Of(Euro, Start)?.Close == 1.08999m);
        Assert.Equal(1_000, world.Journal.DroppedQuotes + world.Bars.Of(Euro, Start)!.TradeCount);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task What_is_missing_since_the_feed_last_ran_comes_from_history_and_pairs_that_the_vendor_hasnt_are_left_out()
    {
        var feed = WithHistory((symbol, minute) => BarAt(minute, 1.08m));
        var world = new World(feed, Start);
        world.Bars.Position = _ => new FeedPosition(Start - TimeSpan.FromHours(30), null);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        await world.UntilAsync(() => world.Bars.All.Count >= (30 * 60) - 1);
        Assert.All(feed.Asked, asked => Assert.Equal(Euro, asked.Symbol));
        Assert.Equal(Start - TimeSpan.FromHours(30), world.Bars.All[0].Time);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task History_is_compared_again_and_again_and_wins()
    {
        var feed = WithHistory(
            (_, minute) => BarAt(minute, 1.09m),
            async (sink, cancellation) =>
            {
                // Wrong, and told again after history has spoken.
                for (var times = 0; ; times++)
                {
                    await sink.BarAsync(BarAt(Start - TimeSpan.FromMinutes(5), 1.08m), cancellation);
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
                }
            }
        );
        var world = new World(feed, Start);
        await world.PassAsync(TimeSpan.FromMinutes(7));
        var minute = Start - TimeSpan.FromMinutes(5);
        await world.UntilAsync(() => world.Bars.Of(Euro, minute)?.Close == 1.09m);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1.09m, world.Bars.Of(Euro, minute)!.Close);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task The_last_day_is_compared_each_hour()
    {
        var feed = WithHistory((_, _) => null);
        var world = new World(feed, Start);
        await world.PassAsync(TimeSpan.FromMinutes(70));
        Assert.Contains(feed.Asked, asked => asked.Range.From < Start - TimeSpan.FromHours(22));
        Assert.InRange(feed.Asked.Count, 10, 40);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_spike_of_history_is_held_back_and_named_once()
    {
        var spike = Start - TimeSpan.FromMinutes(10);
        var feed = WithHistory((_, minute) => BarAt(minute, minute == spike ? 1.02m : 1.08m));
        var world = new World(feed, Start);
        await world.PassAsync(TimeSpan.FromMinutes(8));
        await world.UntilAsync(() => world.Bars.All.Count > 20);
        Assert.Null(world.Bars.Of(Euro, spike));
        Assert.Equal((Euro, spike), Assert.Single(world.Journal.HeldBack));
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Quotes_beside_whole_minutes_build_none()
    {
        var feed = new ScriptedFeed(LivePrices.Minutes | LivePrices.Quotes)
        {
            Live = async (sink, cancellation) =>
            {
                sink.Quote(Euro, new Quote(Start, 1.08m));
                await sink.BarAsync(BarAt(Start - TimeSpan.FromMinutes(1), 1.07m), cancellation);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                throw new InvalidOperationException();
            },
        };
        var world = new World(feed, Start);
        await world.UntilAsync(() => world.Bars.Published == 1);
        Assert.Single(world.Bars.All);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task What_a_vendor_shows_of_minutes_before_it_was_asked_and_what_is_forming_already_isnt_told()
    {
        var feed = new ScriptedFeed(LivePrices.Quotes)
        {
            Live = async (sink, cancellation) =>
            {
                sink.Quote(Euro, new Quote(Start - TimeSpan.FromHours(60), 1.08m));
                sink.Quote(Euro, new Quote(Start + TimeSpan.FromSeconds(1), 1.081m));
                sink.Quote(Euro, new Quote(Start + TimeSpan.FromSeconds(2), 1.082m));
                sink.Quote(Euro, new Quote(Start + TimeSpan.FromSeconds(2), 1.082m));
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                throw new InvalidOperationException();
            },
        };
        var world = new World(feed, Start, position: _ => new FeedPosition(Start, Start + TimeSpan.FromSeconds(1)));
        await world.UntilAsync(() => world.Bars.All.Count > 0);
        var bar = Assert.Single(world.Bars.All);
        Assert.Equal((1.082m, 1), (bar.Open, bar.TradeCount));
        await world.DisposeAsync();
    }

    [Fact]
    public void Rules_that_cant_be_are_named()
    {
        Assert.Empty(new FeedRules().Faults());
        Assert.Single(new FeedRules { SpikeLimit = 2 }.Faults());
        Assert.Single(new FeedRules { SilentAfter = TimeSpan.Zero }.Faults());
        Assert.Single(new FeedRules { HistoryRequests = 0 }.Faults());
        Assert.Equal(BackOffRule.Usual, new FeedRules().BackOff);
    }

    static ScriptedFeed WithHistory(Func<Symbol, UtcTime, Bar?> past, Func<IFeedSink, CancellationToken, Task<FeedLoss>>? live = null) =>
        live is null
            ? new ScriptedFeed(LivePrices.Minutes) { Capabilities = Historic, Past = past }
            : new ScriptedFeed(LivePrices.Minutes)
            {
                Capabilities = Historic,
                Past = past,
                Live = live,
            };

    static FeedCapabilities Historic { get; } =
        new(LivePrices.Minutes, PriceSide.Mid)
        {
            HasHistory = true,
            HistoryWins = true,
            SilenceIsLoss = false,
        };

    static Bar BarAt(UtcTime minute, decimal price) => Bar.Flat(new Series(Euro, Timeframe.OneMinute), minute, price);

    sealed class World : IAsyncDisposable
    {
        static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

        readonly FakeTimeProvider _clock;
        readonly CancellationTokenSource _end = new();
        readonly Task _running;

        public World(IFeed feed, UtcTime start, FeedRules? rules = null, Func<Symbol, FeedPosition>? position = null)
        {
            _clock = new FakeTimeProvider(start.ToDateTimeOffset());
            Bars.Position = position ?? Bars.Position;
            var runner = new FeedRunner(feed, Bars, Journal, TimeSpan.Zero, _clock, _clock, rules ?? new FeedRules());
            // Begun by hand, so that a test can still set what it wants before.
            _running = Task.Run(async () =>
            {
                await _begun.Task;
                await runner.RunAsync([Euro, Krona], _end.Token);
            });
        }

        readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CollectedBars Bars { get; } = new();

        public Journal Journal { get; } = new();

        public async Task PassAsync(TimeSpan span)
        {
            _begun.TrySetResult();
            var step = span > TimeSpan.FromMinutes(5) ? Step * 5 : Step;
            for (var passed = TimeSpan.Zero; passed < span; passed += step)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                _clock.Advance(step);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        public async Task UntilAsync(Func<bool> condition)
        {
            _begun.TrySetResult();
            var began = TimeProvider.System.GetTimestamp();
            while (!condition())
            {
                Assert.False(_running.IsCompleted, "The runner ended.");
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), "It did not come about.");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            _end.Dispose();
        }
    }
}
