using Deque.AxeCore.Playwright;
using DxyOrleans.Testing;
using DxyOrleans.Web.Tests;

namespace DxyOrleans.Page.Tests;

/// <summary>The page in a real browser shows what the tables say.</summary>
public sealed class MarketTests(TestServer server)
{
    const string Stored = """
        SELECT concat_ws('|', extract(epoch FROM ts_utc)::bigint, open::numeric(20, 8), high::numeric(20, 8), low::numeric(20, 8),
                         close::numeric(20, 8))
        FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' ORDER BY ts_utc
        """;

    [Fact]
    public async Task The_chart_has_the_tables_bars_new_ones_within_two_seconds_and_corrections_of_old_ones()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 90).Where(bar => bar.Time.Minute % 17 != 3));
        await house.DrainAsync();
        await using var browser = await Browser.OpenAsync(house);
        var window = await browser.WindowAsync(house);
        await EqualAsync(house, window);

        await house.StoreAsync(WebHouse.Minutes(90, 1));
        await house.DrainAsync();
        var committed = TimeProvider.System.GetTimestamp();
        await EqualAsync(house, window);
        Assert.InRange(TimeProvider.System.GetElapsedTime(committed), TimeSpan.Zero, TimeSpan.FromSeconds(2));

        await house.RunAsync(
            $"""
            UPDATE data_bars SET close = close + 0.0004, high = high + 0.0004, updated_at = created_at + interval '1 hour'
            WHERE canonical_symbol = 'DXY' AND ts_utc = '{WebHouse.Minute(5)}'
            """
        );
        await EqualAsync(house, window);

        // A market minute without a bar has a place of its own, and it is empty.
        Assert.Equal(90, await PlaceAsync(window, 90) - await PlaceAsync(window, 0));
        Assert.NotEqual(91, (await window.BarsAsync()).Count);
        Assert.Empty(window.Complaints);
    }

    [Theory]
    [InlineData("/#market", true)]
    [InlineData("/#market", false)]
    [InlineData("/#health", true)]
    [InlineData("/#health", false)]
    [InlineData("/#migrations", true)]
    [InlineData("/#migrations", false)]
    public async Task Axe_finds_nothing_in_either_scheme_on_a_phone_and_on_a_desk(string path, bool dark)
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 30));
        await house.DrainAsync();
        await house.RunAsync(
            """
            INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at)
            VALUES ('one', 'DXY', 'running', 4, 'bars', '{}', '{}', dxy.now());
            INSERT INTO dxy.run_gate (run, gate, phase, verdict, expected, observed, since, checked_at)
            VALUES ('one', 'space', 1, 'WARN', 'room for twice', 'room for once', dxy.now(), dxy.now())
            """
        );
        await using var browser = await Browser.OpenAsync(house);
        foreach (var (width, height) in ((int, int)[])[(1440, 900), (390, 844)])
        {
            var window = await browser.WindowAsync(house, path, width, height, dark);
            await window.Page.WaitForSelectorAsync("main :is(.sides, .wide) td");
            var found = await window.Page.RunAxe();
            Assert.Empty(found.Violations.Select(one => $"{one.Id}: {string.Join(", ", one.Nodes.Select(node => node.Html))}"));
            Assert.True(
                await window.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"),
                $"the page is wider than {width}"
            );
            Assert.Empty(window.Complaints);
            await KeepAsync(window, $"{path.Trim('/', '#')}-{width}-{(dark ? "dark" : "light")}.png");
        }
    }

    [Fact]
    public async Task By_keyboard_alone_one_changes_symbol_and_asks_how_it_stood()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 30));
        await house.DrainAsync();
        await using var browser = await Browser.OpenAsync(house);
        var window = await browser.WindowAsync(house);
        await EqualAsync(house, window);
        var page = window.Page;
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("SELECT", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        await page.Keyboard.TypeAsync("EURUSD");
        await house.UntilAsync("the chart has the pair's bars", async () =>
            (await window.BarsAsync()) is [var first, ..] && first.StartsWith("1709539200|1.0843", StringComparison.Ordinal)
        );
        Assert.Empty(window.Complaints);
    }

    static async Task EqualAsync(WebHouse house, Window window)
    {
        var stored = await house.TextsAsync(Stored);
        await window.Page.WaitForFunctionAsync("() => window.__dxy !== undefined");
        try
        {
            await house.UntilAsync("the chart has what the table has", async () => (await window.BarsAsync()).SequenceEqual(stored));
        }
        catch (Exception)
        {
            // What differs says more than that it does.
            Assert.Equal(stored, await window.BarsAsync());
            throw;
        }
    }

    static Task<int> PlaceAsync(Window window, int minute) =>
        window.Page.EvaluateAsync<int>("time => window.__dxy.place(time)", WebHouse.Minute(minute).ToDateTimeOffset().ToUnixTimeSeconds());

    // For people to look at.
    static Task KeepAsync(Window window, string name) =>
        window.Page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "pictures", name) });
}
