using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class CalendarTests(TestServer server)
{
    static readonly string[] Winter = ["--from", "2019-12-20T00:00:00Z", "--to", "2020-01-10T00:00:00Z"];

    [Fact]
    public async Task The_rule_closes_two_days_and_what_is_entered_stands_beside_them_until_it_is_removed()
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(["2019-12-24T22:00:00Z closed", "2019-12-31T22:00:00Z closed"], await ListAsync(dxy));

        var added = await dxy.RunAsync([
            "calendar",
            "add",
            "early-close",
            "--from",
            "2019-12-24T18:00:00Z",
            "--to",
            "2019-12-24T22:00:00Z",
            "--class",
            "fx",
            "--json",
        ]);
        Assert.Equal(0, added.Code);
        Assert.Equal(
            ["2019-12-24T18:00:00Z early-close", "2019-12-24T22:00:00Z closed", "2019-12-31T22:00:00Z closed"],
            await ListAsync(dxy)
        );

        var id = added.Json.GetProperty("id").ToString();
        Assert.Equal(0, (await dxy.RunAsync("calendar", "remove", id)).Code);
        Assert.Equal(2, (await dxy.RunAsync("calendar", "remove", id)).Code);
        Assert.Equal(2, (await ListAsync(dxy)).Count);
    }

    [Theory]
    [InlineData("closed", "2019-10-07T10:00:30Z", "2019-10-07T11:00:00Z")]
    [InlineData("closed", "2019-10-07T11:00:00Z", "2019-10-07T11:00:00Z")]
    [InlineData("shut", "2019-10-07T10:00:00Z", "2019-10-07T11:00:00Z")]
    public async Task What_is_no_period_is_a_usage_error(string kind, string from, string to)
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(2, (await dxy.RunAsync("calendar", "add", kind, "--from", from, "--to", to)).Code);
    }

    [Fact]
    public async Task Gaps_leave_out_a_period_of_the_symbols_class_and_say_what_bars_stand_in_it()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(20, (symbol, minute) => symbol == "USDSEK" && minute >= 8));
        Assert.Equal(12, await MissingAsync(dxy, "DXY", 12, 0));

        // The pairs are of another class than the index.
        await dxy.RunAsync([
            "calendar",
            "add",
            "closed",
            "--from",
            "2019-10-07T10:05:00Z",
            "--to",
            "2019-10-07T10:15:00Z",
            "--class",
            "currency_index",
        ]);
        await MissingAsync(dxy, "DXY", 5, 3);
        await MissingAsync(dxy, "USDSEK", 12, 0);
        Assert.Contains(
            "3 bars stand outside the calendar",
            (await dxy.RunAsync(["gaps", "DXY", .. Dxy.Range(20)])).Out,
            StringComparison.Ordinal
        );

        // Nothing of it is derived otherwise.
        Assert.Equal(0, (await dxy.RunAsync(["verify", "DXY", .. Dxy.Range(8)])).Code);
    }

    static async Task<int> MissingAsync(Dxy dxy, string symbol, int missing, int outside)
    {
        var gaps = (await dxy.RunAsync(["gaps", symbol, "--json", .. Dxy.Range(20)])).Json;
        Assert.Equal((missing, outside), (gaps.GetProperty("missing_minutes").GetInt32(), gaps.GetProperty("outside_calendar").GetInt32()));
        return missing;
    }

    static async Task<List<string>> ListAsync(Dxy dxy) =>
        [
            .. (await dxy.RunAsync(["calendar", "--json", .. Winter]))
                .Json.GetProperty("periods")
                .EnumerateArray()
                .Select(period => $"{period.GetProperty("from").GetString()} {period.GetProperty("kind").GetString()}"),
        ];
}
