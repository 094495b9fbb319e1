using DxyOrleans.Web.Tests;
using Microsoft.Playwright;

namespace DxyOrleans.Page.Tests;

/// <summary>The system's chromium; tests are skipped where there is none, or no page was built.</summary>
public sealed class Browser : IAsyncDisposable
{
    static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // As root, without a network of its own, and without anything that it would fetch.
    static readonly string[] Flags =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    readonly IPlaywright _playwright;
    readonly IBrowser _browser;

    Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Browser> OpenAsync(WebHouse house)
    {
        var chromium = Array.Find(Places, File.Exists);
        Assert.SkipWhen(chromium is null, "chromium isn't installed (apt-get install --no-install-recommends chromium)");
        Assert.SkipUnless((await house.TextAsync("/")).Contains("<html", StringComparison.Ordinal), "the page was left out of this build");
        var playwright = await Playwright.CreateAsync();
        return new Browser(
            playwright,
            await playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = chromium,
                    Args = Flags,
                    Headless = true,
                }
            )
        );
    }

    /// <summary>A window on the page, whose complaints are gathered.</summary>
    public async Task<Window> WindowAsync(WebHouse house, string path = "/", int width = 1440, int height = 900, bool dark = false)
    {
        var page = await _browser.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            }
        );
        var window = new Window(page);
        await page.GotoAsync(new Uri(house.Client.BaseAddress!, path).ToString());
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>One window: what it shows, and what it complained of.</summary>
public sealed class Window
{
    readonly List<string> _complaints = [];

    public Window(IPage page)
    {
        Page = page;
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
            {
                _complaints.Add(said.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>The bars that the chart holds, as the table would say them.</summary>
    public async Task<List<string>> BarsAsync() =>
        [
            .. await Page.EvaluateAsync<string[]>(
                """
                () => window.__dxy.data().filter(one => one.open !== undefined)
                  .map(one => [one.time, one.open, one.high, one.low, one.close].map((value, place) => place ? value.toFixed(8) : value).join('|'))
                """
            ),
        ];
}
