using System.Net;
using DxyOrleans.Membership;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>A key reads from elsewhere, and does nothing else; of it the database holds a hash.</summary>
public sealed class KeyTests(TestServer server)
{
    static readonly (string, string) Elsewhere = (WebHouse.From, "192.0.2.1");

    [Fact]
    public async Task A_key_reads_from_elsewhere_in_either_header_until_it_is_revoked()
    {
        await using var house = await WebHouse.OpenAsync(server);
        var keys = new ApiKeys(house.Data);
        var key = (await keys.AddAsync("prometheus", WebHouse.Token))!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(house, "/api/v1/symbols", ("Authorization", $"Bearer {key}")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(house, "/api/v1/symbols", ("X-Api-Key", key)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(house, "/udf/config", ("Authorization", $"Bearer {key}")));

        Assert.True(await keys.RevokeAsync("prometheus", WebHouse.Token));
        Assert.False(await keys.RevokeAsync("prometheus", WebHouse.Token));
        await house.UntilAsync("the key is out", async () =>
            await StatusAsync(house, "/api/v1/symbols", ("X-Api-Key", key)) == HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task What_is_no_key_is_refused_and_no_name_is_given_twice()
    {
        await using var house = await WebHouse.OpenAsync(server);
        var keys = new ApiKeys(house.Data);
        var key = (await keys.AddAsync("a", WebHouse.Token))!;
        Assert.Null(await keys.AddAsync("a", WebHouse.Token));
        foreach (
            var wrong in (string[])
                ["", "dxy_", key[..^1], key[..^1] + (key[^1] == '0' ? '1' : '0'), key + "0", key.ToUpperInvariant(), "' OR 1=1"]
        )
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(house, "/api/v1/symbols", ("X-Api-Key", wrong)));
        }
    }

    [Fact]
    public async Task A_key_gives_no_order_and_is_written_nowhere()
    {
        await using var house = await WebHouse.OpenAsync(server);
        var key = (await new ApiKeys(house.Data).AddAsync("a", WebHouse.Token))!;
        using var order = await house.PostAsync("/api/v1/runs/x/pause", """{"reason": "a"}""", ("Authorization", $"Bearer {key}"));
        Assert.Equal(401, (await WebHouse.ProblemAsync(order)).Status);
        Assert.Equal(0, await house.ValueAsync<long>($"SELECT count(*) FROM dxy.api_key AS k WHERE k::text LIKE '%{key[4..]}%'"));
    }

    static async Task<HttpStatusCode> StatusAsync(WebHouse house, string url, (string, string) header)
    {
        using var answer = await house.GetAsync(url, header, Elsewhere);
        return answer.StatusCode;
    }
}
