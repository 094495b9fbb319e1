using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>Why a minute is as it is, what is missing, and whether all is well: the console's answers, over HTTP.</summary>
public sealed class QuestionsTests(TestServer server)
{
    [Fact]
    public async Task A_minute_is_taken_apart_and_a_missing_one_says_which_pair_is_wanted()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 3).Where(bar => bar.Time != WebHouse.Minute(2) || bar.Symbol.Name != "USDSEK"));
        await house.DrainAsync();
        var said = await house.JsonAsync($"/api/v1/explain/DXY/{WebHouse.Minute(1)}");
        Assert.True(said.GetProperty("present").GetBoolean());
        Assert.Equal(6, said.GetProperty("inputs").GetArrayLength());
        Assert.Equal(said.GetProperty("recomputed").GetDecimal(), said.GetProperty("close").GetDecimal());
        Assert.Equal(
            (double)(said.GetProperty("close").GetDecimal() - said.GetProperty("before_close").GetDecimal()),
            said.GetProperty("inputs").EnumerateArray().Sum(input => input.GetProperty("contributed_points").GetDouble()),
            0.001
        );

        // Any instant of the minute means it.
        var missing = await house.JsonAsync($"/api/v1/explain/DXY/{WebHouse.Minute(2) + TimeSpan.FromSeconds(30)}");
        Assert.False(missing.GetProperty("present").GetBoolean());
        Assert.Contains("USDSEK", missing.GetProperty("status").GetString(), StringComparison.Ordinal);
        Assert.Contains("USDSEK", missing.GetProperty("todo").GetString(), StringComparison.Ordinal);
        foreach (
            var (path, code) in ((string, string)[])
                [("EURUSD/2024-03-04T08:00:00Z", "no-index"), ("DXY/yesterday", "usage"), ("NOPE/2024-03-04T08:00:00Z", "unknown-symbol")]
        )
        {
            using var refused = await house.GetAsync("/api/v1/explain/" + path);
            Assert.Equal(code, (await WebHouse.ProblemAsync(refused)).Problem.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Gaps_are_ranges_with_their_cause()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(
            WebHouse
                .Minutes(0, 10)
                .Where(bar => bar.Time < WebHouse.Minute(4) || bar.Time >= WebHouse.Minute(6) || bar.Symbol.Name != "USDCAD")
        );
        await house.DrainAsync();
        var gaps = await house.JsonAsync($"/api/v1/gaps/DXY?from={WebHouse.Open}&to={WebHouse.Minute(10)}");
        Assert.Equal((10, 2), (gaps.GetProperty("market_minutes").GetInt32(), gaps.GetProperty("missing_minutes").GetInt32()));
        var gap = gaps.GetProperty("gaps").EnumerateArray().Single();
        Assert.Equal(
            (WebHouse.Minute(4).ToString(), "no USDCAD"),
            (gap.GetProperty("from").GetString(), gap.GetProperty("cause").GetString())
        );
        using var huge = await house.GetAsync("/api/v1/gaps/DXY?from=1999-01-04T00:00:00Z");
        Assert.Equal(400, (await WebHouse.ProblemAsync(huge)).Status);
    }

    [Fact]
    public async Task Health_is_judged_and_told_as_it_changes()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 3));
        var health = await house.JsonAsync("/api/v1/health");
        var checks = health
            .GetProperty("checks")
            .EnumerateArray()
            .Select(check => $"{check.GetProperty("name")} {check.GetProperty("status")}")
            .ToHashSet();
        Assert.Contains("database PASS", checks);
        Assert.Contains("capture PASS", checks);
        Assert.All(checks, check => Assert.Matches(" (PASS|WARN|FAIL)$", check));
        await using var reader = await EventReader.OpenAsync(house.Client, "/api/v1/stream?topics=health");
        var told = await reader.NextAsync("health");
        Assert.NotEmpty(told.Data.GetProperty("status").GetString()!);
    }
}
