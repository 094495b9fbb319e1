using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Oanda;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Live;

public sealed class OandaFeedTests
{
    const string Token = "a-token-that-nobody-may-see";
    const string Account = "101-004-1";

    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly UtcTime Now = UtcTime.At(2024, 3, 5, 13, 0, 30);
    static readonly SimulatedMarket Market = new(new SimulationOptions { Pairs = ThinPairs.WithThinKrona });
    static readonly OandaOptions Usual = new()
    {
        Token = Token,
        Account = Account,
        Patience = TimeSpan.FromMilliseconds(500),
    };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("wrong-token", Account, "401: Insufficient authorization to perform request.")]
    [InlineData(Token, "101-004-2", "403: The provided request was forbidden.")]
    public async Task A_token_or_account_that_is_refused_is_left_alone_for_long(string token, string account, string words)
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server, token, account);
        var loss = await feed.RunAsync([Euro], new Sink(), Cancellation);
        Assert.Equal(FeedLossReason.Refused, loss.Reason);
        Assert.Contains(words, loss.What, StringComparison.Ordinal);
        Assert.Equal(FeedLoss.UntilMended, loss.NotBefore);
        Assert.DoesNotContain(token, loss.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prices_that_arent_tradeable_are_no_prices()
    {
        var told = await TellAsync(
            """
            {"type":"PRICE","time":"2024-03-05T13:00:00.123456789Z","bids":[{"price":"1.0810","liquidity":1}],"asks":[{"price":"1.0814","liquidity":1}],"tradeable":false,"status":"non-tradeable","instrument":"EUR_USD"}
            {"type":"HEARTBEAT","time":"2024-03-05T13:00:05.000000000Z"}
            {"type":"PRICE","time":"2024-03-05T13:00:06.123456789Z","bids":[{"price":"1.0811"},{"price":"1.0810"}],"asks":[{"price":"1.0815"},{"price":"1.0813"}],"tradeable":true,"instrument":"EUR_USD"}

            """
        );
        var (symbol, quote) = Assert.Single(told.Quotes);
        Assert.Equal(Euro, symbol);
        Assert.Equal(new Quote(UtcTime.Parse("2024-03-05T13:00:06.123456Z"), 1.0812m), quote);
        Assert.Empty(told.PassedOver);
    }

    [Fact]
    public async Task Times_in_seconds_are_read_as_well()
    {
        var told = await TellAsync(
            """{"type":"PRICE","time":"1709643606.500000000","bids":[{"price":"1.0811"}],"asks":[{"price":"1.0813"}],"tradeable":true,"instrument":"EUR_USD"}"""
                + "\n"
        );
        Assert.Equal(UtcTime.Parse("2024-03-05T13:00:06.5Z"), Assert.Single(told.Quotes).Quote.Time);
    }

    [Fact]
    public async Task A_broken_line_is_passed_over_and_those_beside_it_are_told()
    {
        const string good =
            """{"type":"PRICE","time":"2024-03-05T13:00:06Z","bids":[{"price":"1.0811"}],"asks":[{"price":"1.0813"}],"tradeable":true,"instrument":"EUR_USD"}""";
        var told = await TellAsync(
            good + "\r\n{\"type\":\"PRICE\"\n{\"type\":\"PRICE\",\"instrument\":\"EUR_USD\",\"tradeable\":true}\n[]\n\n" + good + "\n"
        );
        Assert.Equal(2, told.Quotes.Count);
        Assert.Equal(2, told.PassedOver.Count);
    }

    [Fact]
    public async Task A_stream_on_which_not_even_heartbeats_come_is_silent()
    {
        using var pipe = new SilentStream();
        var loss = await new OandaPrices(Usual, new SpellingMap(Usual.Instrument), [Euro], new Sink()).TellAsync(pipe, Cancellation);
        Assert.Equal(FeedLossReason.Silent, loss.Reason);
    }

    [Fact]
    public async Task Candles_that_arent_complete_are_left_out_and_minutes_without_ticks_are_no_fault()
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server);
        var krona = Symbol.Parse("USDSEK");
        var range = new TimeRange(
            Now.Floor(Timeframe.OneMinute) - TimeSpan.FromHours(4),
            Now.Floor(Timeframe.OneMinute) + Timeframe.OneMinute
        );
        foreach (var symbol in new[] { Euro, krona })
        {
            var bars = new List<Bar>();
            await foreach (var bar in feed.HistoryAsync(symbol, range, new HistoryBudget(10), Cancellation))
            {
                bars.Add(bar);
            }

            var all = Enumerable
                .Range(0, 240)
                .Select(i => Market.BarOf(symbol, range.From + TimeSpan.FromMinutes(i)))
                .OfType<Bar>()
                .ToList();
            // Its last minute is complete with the first tick of a later one.
            Assert.Equal(Market.QuotesOf(symbol, Now).Any(quote => quote.Time < Now) ? all : all[..^1], bars);
            Assert.Equal(symbol == Euro, all.Count == 240);
        }
    }

    [Fact]
    public async Task More_than_5000_minutes_are_asked_for_in_parts()
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server);
        var budget = new HistoryBudget(10);
        var count = 0;
        await foreach (
            var _ in feed.HistoryAsync(
                Euro,
                new TimeRange(Now.Floor(Timeframe.OneMinute) - TimeSpan.FromMinutes(6_000), Now.Floor(Timeframe.OneMinute)),
                budget,
                Cancellation
            )
        )
        {
            count++;
        }

        Assert.Equal(2, server.Requests);
        Assert.InRange(count, 1, 6_000);
    }

    static async Task<Sink> TellAsync(string text)
    {
        // In pieces of seven bytes, as networks have it.
        var sink = new Sink();
        using var stream = new PieceStream(Encoding.UTF8.GetBytes(text), 7);
        var loss = await new OandaPrices(Usual, new SpellingMap(Usual.Instrument), [Euro], sink).TellAsync(stream, Cancellation);
        Assert.Equal(FeedLossReason.Closed, loss.Reason);
        return sink;
    }

    static async Task<FakeOanda> ServerAsync()
    {
        var clock = new MarketClock(TimeProvider.System, UtcTime.From(TimeProvider.System.GetUtcNow()), Now, 1e-6);
        var server = new FakeOanda(new FakeMarket(Market, clock), FaultPlan.None, Token, Account);
        await server.StartAsync();
        return server;
    }

    static OandaFeed Feed(FakeOanda server, string token = Token, string account = Account)
    {
        var options = new OandaOptions
        {
            Rest = $"http://{server.Place}",
            Stream = $"http://{server.Place}",
            Token = token,
            Account = account,
        };
        Assert.Empty(options.Faults());
        return new OandaFeed(options, TimeProvider.System);
    }

    sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }
}
