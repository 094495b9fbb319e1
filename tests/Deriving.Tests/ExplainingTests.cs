using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Explaining;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Why a minute is as it is, read in one snapshot.</summary>
public sealed class ExplainingTests(TestServer server)
{
    static Task<MinuteExplanation> ExplainAsync(TestHost host, int minute, Func<CancellationToken, Task>? between = null) =>
        new MinuteExplainer(host.Data, between).ExplainAsync(IndexDefinition.Dxy, TestHost.Minute(minute), TestHost.Token);

    [Theory]
    [InlineData("new")]
    [InlineData("legacy")]
    public async Task It_takes_two_round_trips_whatever_there_is_to_say(string mode)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await host.StoreAsync(TestHost.Minutes(0, 3).Concat(TestHost.AllSix(3).Skip(1)));
        await host.DrainAsync();
        await ExplainAsync(host, 0);
        foreach (var (minute, status) in ((int, string)[])[(1, "stored, and equal"), (3, "missing: no EURUSD")])
        {
            using var trips = new RoundTrips();
            Assert.StartsWith(status, (await ExplainAsync(host, minute)).Status, StringComparison.Ordinal);
            Assert.Equal(2, trips.Made.Count);
        }
    }

    [Fact]
    public async Task Where_the_hosts_table_keeps_no_provenance_it_is_said_of_each_stored_minute()
    {
        await using var host = await TestHost.OnHostAsync(server, HostTables.Base + HostTables.Both("ALTER TABLE {0} DROP raw"));
        await host.RunAsync(HostTables.Hour);
        await host.DrainAsync();
        var explainer = new MinuteExplainer(host.Data);
        Assert.Equal(
            "stored, and equal to what its inputs give; what it was made of when it was written isn't known: public.data_bars keeps no "
                + "raw for it",
            (await explainer.ExplainAsync(IndexDefinition.Dxy, UtcTime.At(2025, 1, 13, 10, 7), TestHost.Token)).Status
        );
        Assert.DoesNotContain(
            "raw",
            (await explainer.ExplainAsync(IndexDefinition.Dxy, UtcTime.At(2025, 1, 13, 12), TestHost.Token)).Status,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_is_stored_while_it_reads_is_not_seen_in_half()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await host.DrainAsync();
        var before = await ExplainAsync(host, 1);
        var why = await ExplainAsync(host, 1, async _ =>
        {
            await host.RunAsync("UPDATE data_bars SET high = 1.3, close = 1.3 WHERE canonical_symbol = 'EURUSD'");
            await host.DrainAsync();
        });
        Assert.Equal("stored, and equal to what its inputs give", why.Status);
        Assert.Equal(before.Components, why.Components);
        Assert.Equal(before.Before, why.Before);
        Assert.NotEqual(before.Components, (await ExplainAsync(host, 1)).Components);
    }

    [Fact]
    public async Task A_carried_close_is_shown_with_the_minute_it_is_of()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2).Concat(TestHost.AllSix(2).Skip(1)));
        await host.AskAsync("DXY/1m", 0, 3, DerivingRules.LatestClose);
        await host.DrainAsync();
        var why = await ExplainAsync(host, 2);
        Assert.Equal((2, 1, "stored, and equal to what its inputs give"), (why.Rule.Version, why.Components[0].AgeMinutes, why.Status));
        Assert.All(why.Components.Skip(1), part => Assert.Equal(0, part.AgeMinutes));
    }
}
