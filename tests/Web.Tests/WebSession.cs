using System.Text.Json;

namespace DxyOrleans.Web.Tests;

/// <summary>A browser that is logged in: its cookie, and the token that the page was told.</summary>
public sealed class WebSession
{
    readonly WebHouse _house;

    public WebSession(WebHouse house, HttpResponseMessage login)
    {
        _house = house;
        Cookie = login.Headers.GetValues("Set-Cookie").Last().Split(';')[0];
        using var document = JsonDocument.Parse(login.Content.ReadAsStringAsync(WebHouse.Token).GetAwaiter().GetResult());
        Role = document.RootElement.GetProperty("role").GetString()!;
        Token = document.RootElement.GetProperty("token").GetString()!;
        MayOrder = document.RootElement.GetProperty("may_order").GetBoolean();
    }

    public string Cookie { get; }

    public string Role { get; }

    public string Token { get; }

    public bool MayOrder { get; }

    public Task<HttpResponseMessage> GetAsync(string url, params (string, string)[] headers) =>
        _house.GetAsync(url, [("Cookie", Cookie), .. headers]);

    public Task<HttpResponseMessage> PostAsync(string url, string json, params (string, string)[] headers) =>
        _house.PostAsync(url, json, [("Cookie", Cookie), ("X-Dxy-Token", Token), .. headers]);

    /// <summary>A run's revision, as the page shows it.</summary>
    public async Task<string> RevisionAsync(string run)
    {
        using var answer = await GetAsync("/api/v1/runs");
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
        return document
            .RootElement.GetProperty("runs")
            .EnumerateArray()
            .Single(one => one.GetProperty("run").GetString() == run)
            .GetProperty("revision")
            .GetString()!;
    }
}
