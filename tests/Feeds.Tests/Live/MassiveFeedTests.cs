using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Massive;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Live;

public sealed class MassiveFeedTests
{
    const string Key = "a-key-that-nobody-may-see";

    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13);
    static readonly SimulatedMarket Market = new(new SimulationOptions());

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("wrong-key", false, "authentication failed")]
    [InlineData(Key, true, "Your plan doesn't include websocket access.")]
    public async Task A_key_or_plan_that_is_refused_is_left_alone_for_long(string key, bool withoutSockets, string words)
    {
        await using var server = await ServerAsync();
        server.WithoutSockets = withoutSockets;
        await using var feed = Feed(server, options => options.ApiKey = key);

        var loss = await feed.RunAsync([Euro], new Sink(), Token);

        Assert.Equal(FeedLossReason.Refused, loss.Reason);
        Assert.Contains(words, loss.What, StringComparison.Ordinal);
        Assert.Equal(FeedLoss.UntilMended, loss.NotBefore);
        Assert.DoesNotContain(key, loss.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_isnt_there_is_a_loss_in_one_line()
    {
        await using var feed = new MassiveFeed(
            new MassiveOptions
            {
                Socket = "ws://127.0.0.1:1/forex",
                Rest = "http://127.0.0.1:1",
                ApiKey = Key,
            },
            TimeProvider.System
        );
        var loss = await feed.RunAsync([Euro], new Sink(), Token);
        Assert.Equal(FeedLossReason.Broken, loss.Reason);
        Assert.DoesNotContain('\n', loss.What);
        var fault = await Assert.ThrowsAsync<FeedException>(() =>
            HistoryAsync(feed, Euro, new TimeRange(Start, Start + Timeframe.OneHour))
        );
        Assert.Equal(FeedLossReason.Broken, fault.Loss.Reason);
    }

    [Fact]
    public async Task History_is_read_page_by_page_with_the_key_in_the_head_alone()
    {
        await using var server = await ServerAsync();
        server.PageSize = 17;
        await using var feed = Feed(server);
        var range = new TimeRange(Start - TimeSpan.FromHours(3), Start);

        var bars = await HistoryAsync(feed, Euro, range);

        Assert.Equal(Minutes(range).Select(minute => Market.BarOf(Euro, minute)).OfType<Bar>(), bars);
        Assert.Equal(11, server.Requests);
        Assert.Equal($"Bearer {Key}", server.LastAuthorization);
        Assert.False(server.SawKeyInAddress);
    }

    [Fact]
    public async Task A_range_in_which_nothing_was_quoted_has_no_bars_and_is_no_fault()
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server);
        var saturday = UtcTime.At(2024, 3, 2, 12);
        Assert.Empty(await HistoryAsync(feed, Euro, new TimeRange(saturday, saturday + Timeframe.OneHour)));
    }

    [Fact]
    public async Task A_spent_budget_ends_the_stream_early_and_says_so()
    {
        await using var server = await ServerAsync();
        server.PageSize = 10;
        await using var feed = Feed(server);
        var budget = new HistoryBudget(2);
        var bars = await HistoryAsync(feed, Euro, new TimeRange(Start - TimeSpan.FromHours(1), Start), budget);
        Assert.Equal(20, bars.Count);
        Assert.True(budget.IsSpent);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_by_history_in_the_vendors_words()
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server, options => options.ApiKey = "wrong-key");
        var fault = await Assert.ThrowsAsync<FeedException>(() =>
            HistoryAsync(feed, Euro, new TimeRange(Start - TimeSpan.FromHours(1), Start))
        );
        Assert.Equal(FeedLossReason.Refused, fault.Loss.Reason);
        Assert.Equal("Massive answered 401: Unknown API Key", fault.Message);
        Assert.DoesNotContain("wrong-key", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_requests_are_made_in_a_minute_than_the_plan_has()
    {
        await using var server = await ServerAsync();
        server.PageSize = 10;
        await using var feed = Feed(server, options => options.RequestsPerMinute = 3);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var budget = new HistoryBudget(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in feed.HistoryAsync(Euro, new TimeRange(Start - TimeSpan.FromHours(3), Start), budget, soon.Token)) { }
        });
        Assert.Equal(3, server.Requests);
    }

    [Theory]
    [InlineData('/')]
    [InlineData('-')]
    public async Task Where_nothing_comes_by_one_spelling_the_next_connection_takes_the_other(char honoured)
    {
        await using var server = await ServerAsync(rate: 120);
        server.OnlySeparator = honoured;
        await using var feed = Feed(server);
        var sink = new Sink();
        for (var connection = 0; connection < 2 && sink.Bars.IsEmpty; connection++)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var running = feed.RunAsync([Euro], sink, end.Token);
            for (var looks = 0; looks < 150 && sink.Bars.IsEmpty; looks++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            await end.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        Assert.NotEmpty(sink.Bars);
    }

    [Theory]
    [InlineData(MassiveOptions.Seconds)]
    [InlineData(MassiveOptions.Quotes)]
    public async Task Minutes_of_seconds_and_of_quotes_have_the_prices_of_the_vendors_own(string live)
    {
        await using var server = await ServerAsync(rate: 120);
        await using var feed = Feed(server, options => options.Live = live);
        var sink = new Sink();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = feed.RunAsync([Euro], sink, end.Token);
        while (sink.Quotes.IsEmpty || sink.Quotes.Last().Quote.Time < sink.Quotes.First().Quote.Time + TimeSpan.FromMinutes(4))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        await end.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        var first = sink.Quotes.First().Quote.Time.Ceiling(Timeframe.OneMinute);
        foreach (var minute in Minutes(new TimeRange(first, first + TimeSpan.FromMinutes(2))))
        {
            var quotes = sink.Quotes.Select(one => one.Quote).Where(quote => quote.Time.Floor(Timeframe.OneMinute) == minute).ToList();
            var built = quotes
                .Skip(1)
                .Aggregate(FormingBar.Begin(new Series(Euro, Timeframe.OneMinute), quotes[0]), (bar, quote) => bar.Add(quote));
            var own = Market.BarOf(Euro, minute)!;
            Assert.Equal((own.Open, own.High, own.Low, own.Close), (built.Open, built.High, built.Low, built.Close));
        }
    }

    [Theory]
    [InlineData("Rest", "http://api.example.com")]
    [InlineData("Rest", "https://name:secret@api.example.com")]
    [InlineData("Socket", "wss//what")]
    [InlineData("Live", "everything")]
    [InlineData("Pair", "EURUSD")]
    [InlineData("ApiKey", "")]
    [InlineData("HistoryPath", "/v2/aggs")]
    public void A_setting_that_cant_be_is_named(string name, string value)
    {
        var options = new MassiveOptions { ApiKey = Key };
        Assert.Empty(options.Faults());
        typeof(MassiveOptions).GetProperty(name)!.SetValue(options, value);
        var fault = Assert.Single(options.Faults());
        Assert.StartsWith(name, fault, StringComparison.Ordinal);
    }

    static async Task<FakeMassive> ServerAsync(double rate = 0.001)
    {
        var clock = new MarketClock(TimeProvider.System, UtcTime.From(TimeProvider.System.GetUtcNow()), Start, rate);
        var server = new FakeMassive(new FakeMarket(Market, clock), FaultPlan.None, Key);
        await server.StartAsync();
        return server;
    }

    static MassiveFeed Feed(FakeMassive server, Action<MassiveOptions>? set = null)
    {
        var options = new MassiveOptions
        {
            Rest = $"http://{server.Place}",
            Socket = $"ws://{server.Place}/forex",
            ApiKey = Key,
            RequestsPerMinute = 0,
        };
        set?.Invoke(options);
        Assert.Empty(options.Faults());
        return new MassiveFeed(options, TimeProvider.System);
    }

    static async Task<List<Bar>> HistoryAsync(IFeed feed, Symbol symbol, TimeRange range, HistoryBudget? budget = null)
    {
        var bars = new List<Bar>();
        await foreach (var bar in feed.HistoryAsync(symbol, range, budget ?? new HistoryBudget(1_000), Token))
        {
            bars.Add(bar);
        }

        return bars;
    }

    static IEnumerable<UtcTime> Minutes(TimeRange range) =>
        Enumerable.Range(0, (int)(range.Length.Ticks / TimeSpan.TicksPerMinute)).Select(i => range.From + TimeSpan.FromMinutes(i));
}
