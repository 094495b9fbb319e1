using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class KeysTests(TestServer server)
{
    [Fact]
    public async Task A_key_is_shown_once_listed_without_it_and_revoked()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var added = await dxy.RunAsync("keys", "add", "grafana", "--json");
        Assert.Equal(0, added.Code);
        var key = added.Json.GetProperty("key").GetString()!;
        Assert.StartsWith("dxy_", key, StringComparison.Ordinal);

        Assert.Equal(2, (await dxy.RunAsync("keys", "add", "grafana")).Code);
        var list = await dxy.RunAsync("keys", "list");
        Assert.Contains("grafana", list.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(key, list.Out, StringComparison.Ordinal);

        Assert.Equal(0, (await dxy.RunAsync("keys", "revoke", "grafana")).Code);
        Assert.Equal(2, (await dxy.RunAsync("keys", "revoke", "grafana")).Code);
        Assert.NotEqual(
            System.Text.Json.JsonValueKind.Null,
            (await dxy.RunAsync("keys", "list", "--json")).Json.GetProperty("keys")[0].GetProperty("revoked_at").ValueKind
        );
    }
}
