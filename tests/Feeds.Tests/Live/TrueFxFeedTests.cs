using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Feeds.TrueFx;

namespace DxyOrleans.Feeds.Tests.Live;

public sealed class TrueFxFeedTests
{
    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly Symbol Yen = Symbol.Parse("USDJPY");
    static readonly UtcTime Now = UtcTime.At(2024, 3, 5, 13, 0, 30);
    static readonly SimulatedMarket Market = new(new SimulationOptions());

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Figure_and_points_are_joined_as_text()
    {
        var sink = Told(
            "EUR/USD,1437569931314,1.09,034,1.09,038,1.08922,1.09673,1.09384\r\nUSD/JPY,1437569931400,123.,778,123.,780,1,1,1\r\n\r\n"
        );
        Assert.Equal(
            [
                (Euro, new Quote(UtcTime.Parse("2015-07-22T12:58:51.314Z"), 1.09036m)),
                (Yen, new Quote(UtcTime.Parse("2015-07-22T12:58:51.4Z"), 123.779m)),
            ],
            sink.Quotes
        );
    }

    [Theory]
    [InlineData("EUR/USD,1437569931314,1.09,03x,1.09,038")]
    [InlineData("EUR/USD,never,1.09,034,1.09,038")]
    [InlineData("EUR/USD,1437569931314,1.09,039,1.09,038")]
    [InlineData("EUR/USD,1437569931314,,,1.09,038")]
    [InlineData("EUR/USD,99999999999999999,1.09,034,1.09,038")]
    [InlineData("what")]
    public void A_line_that_is_no_quote_is_passed_over(string line)
    {
        var sink = Told($"{line}\nEUR/USD,1437569931314,1.09,034,1.09,038,1,1,1");
        Assert.Single(sink.Quotes);
        Assert.Single(sink.PassedOver);
    }

    [Fact]
    public void Without_an_account_it_has_five_of_the_six_pairs_and_with_one_all()
    {
        var keyless = new TrueFxFeed(new TrueFxOptions(), TimeProvider.System);
        Assert.Equal(["USDSEK"], Market.Symbols.Where(symbol => keyless.SpellingOf(symbol) is null).Select(symbol => symbol.Name));
        var account = new TrueFxFeed(new TrueFxOptions { User = "user", Password = "secret" }, TimeProvider.System);
        Assert.All(Market.Symbols, symbol => Assert.NotNull(account.SpellingOf(symbol)));
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_stands_in_no_text()
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server, "user", "wrong-secret");
        var loss = await feed.RunAsync([Euro], new Sink(), Token);
        Assert.Equal(FeedLossReason.Refused, loss.Reason);
        Assert.DoesNotContain("wrong-secret", loss.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("user", "secret")]
    public async Task The_newest_quote_of_each_pair_is_told_once(string? user, string? password)
    {
        await using var server = await ServerAsync();
        await using var feed = Feed(server, user, password);
        var sink = new Sink();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = feed.RunAsync([Euro, Yen], sink, end.Token);
        while (server.Connections < 4)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([Euro, Yen], sink.Quotes.Select(one => one.Symbol).Order());
        var newest = Market.QuotesOf(Euro, Now).Last(quote => quote.Time <= Now);
        Assert.Equal(newest.Price, sink.Quotes.Single(one => one.Symbol == Euro).Quote.Price);
    }

    [Fact]
    public void User_and_password_belong_together_and_a_password_may_come_from_a_file()
    {
        Assert.Single(new TrueFxOptions { User = "user" }.Faults());
        Assert.Empty(new TrueFxOptions { User = "user", PasswordFile = "/some/file" }.Faults());
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "from the file\n");
            Assert.Equal("from the file", FeedKey.Read(null, file));
            Assert.Equal("set", FeedKey.Read("set", file));
            File.WriteAllText(file, "two\nlines\n");
            Assert.Throws<FeedException>(() => FeedKey.Read(null, file));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Throws<FeedException>(() => FeedKey.Read(null, file));
    }

    static Sink Told(string text)
    {
        var sink = new Sink();
        new TrueFxQuotes(new TrueFxOptions(), new SpellingMap("{base}/{quote}"), [Euro, Yen], [], sink).Tell(text);
        return sink;
    }

    static async Task<FakeTrueFx> ServerAsync()
    {
        var clock = new MarketClock(TimeProvider.System, UtcTime.From(TimeProvider.System.GetUtcNow()), Now, 1e-6);
        var server = new FakeTrueFx(new FakeMarket(Market, clock), faults: false);
        await server.StartAsync();
        return server;
    }

    static TrueFxFeed Feed(FakeTrueFx server, string? user, string? password)
    {
        var options = new TrueFxOptions
        {
            Address = $"http://{server.Place}/rates/connect.html",
            User = user,
            Password = password,
            Poll = TimeSpan.FromMilliseconds(100),
        };
        Assert.Empty(options.Faults());
        return new TrueFxFeed(options, TimeProvider.System);
    }
}
