using System.Net;
using System.Text.RegularExpressions;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>The page as it is sent: small, of our own files alone, in nobody's frame.</summary>
public sealed partial class PageTests(TestServer server)
{
    /// <summary>What may be on the wire until the page stands, compressed.</summary>
    const int MaxBytes = 150_000;

    [Fact]
    public async Task The_page_is_sent_small_with_its_policy_or_says_that_it_was_left_out()
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.GetAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'unsafe", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        var page = await house.TextAsync("/");
        if (answer.Content.Headers.ContentType!.MediaType == "text/plain")
        {
            Assert.Contains("built without its page", page, StringComparison.Ordinal);
            Assert.Skip("the page was left out of this build");
        }

        var bytes = answer.Content.Headers.ContentLength!.Value;
        var files = Assets().Matches(page).Select(match => match.Value).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            using var asset = await house.GetAsync(file, ("Accept-Encoding", "gzip"));
            Assert.Equal("gzip", asset.Content.Headers.ContentEncoding.Single());
            Assert.Contains("immutable", asset.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            bytes += asset.Content.Headers.ContentLength!.Value;
            using var again = await house.GetAsync(file, ("If-None-Match", asset.Headers.ETag!.ToString()));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.DoesNotMatch("https?://(?!www.tradingview.com|www.w3.org)", await house.TextAsync(file));
        }

        Assert.InRange(bytes, 1, MaxBytes);
    }

    [Theory]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/..%2f..%2fdxy.json")]
    [InlineData("/assets/%2e%2e/index.html")]
    [InlineData("/dxy.json")]
    public async Task Nothing_but_its_files_is_sent(string path)
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.GetAsync(path);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Strangers_are_sent_no_page()
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.GetAsync("/", (WebHouse.From, "192.0.2.1"));
        Assert.Equal(401, (await WebHouse.ProblemAsync(answer)).Status);
    }

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex Assets();
}
