using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>What Prometheus reads of a silo.</summary>
[Collection(OneSilo.Name)]
public sealed partial class MetricsTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster)
{
    // Of one instrument; a label by symbol alone could be thousands.
    const int MaxSeries = 60;

    [Fact]
    public async Task A_scrape_has_all_that_the_alerts_and_dashboards_ask_for_and_few_series_each()
    {
        var silo = (await shared.Cluster.ReadyAsync(1))[0];
        await shared.Cluster.HostDatabase.HireIngestAsync();
        using var client = new HttpClient
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silo.Ports.Http}")),
        };
        await using (var grains = await GrainClient.ConnectAsync(shared.Cluster.ConnectionString, shared.Cluster.Name, cancellation: Token))
        {
            var bars = grains.Grains.GetGrain<Abstractions.IBarGrain>("EURUSD/1m");
            var bar = Core.Bars.Bar.Flat(Core.Bars.Series.Parse("EURUSD/1m"), UtcTime.At(2019, 3, 5, 10, 0), 1.1m);
            await bars.PublishAsync(new Abstractions.PublishBars([bar], "ingest"));
        }

        var scrape = "";
        await Until.NothingIsMissingAsync(
            "the tables were measured",
            async () =>
            {
                scrape = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token);
                return scrape.Contains("dxy_health_status{", StringComparison.Ordinal) ? null : "dxy_health_status is missing";
            },
            TimeSpan.FromSeconds(40)
        );
        var names = Name().Matches(scrape).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (
            var name in (string[])
                [
                    "dxy_bars_total",
                    "dxy_commit_group_size_bucket",
                    "dxy_commit_duration_seconds_bucket",
                    "dxy_commit_waiting",
                    "dxy_backlog_oldest_seconds",
                    "dxy_parked",
                    "dxy_freshness_seconds",
                    "dxy_stream_readers",
                    "orleans_catalog_activations",
                    "db_client_operation_duration_seconds_bucket",
                    "http_server_request_duration_seconds_bucket",
                    "dotnet_gc_collections_total",
                ]
        )
        {
            Assert.True(
                names.Any(found => found.StartsWith(name.TrimEnd('_'), StringComparison.Ordinal)),
                $"{name} is missing in:\n{scrape}"
            );
        }

        Assert.All(
            scrape
                .Split('\n')
                .Where(line => line.Length > 0 && line[0] != '#' && !line.Contains("_bucket{", StringComparison.Ordinal))
                .GroupBy(line => line.Split('{', ' ')[0]),
            series => Assert.True(series.Count() <= MaxSeries, $"{series.Key} has {series.Count()} series")
        );
        Assert.DoesNotContain("Password", scrape, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_asks_through_a_proxy_without_a_login_is_refused()
    {
        var silo = (await shared.Cluster.ReadyAsync(1))[0];
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silo.Ports.Http}/metrics"))
        );
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var answer = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [GeneratedRegex(@"^(\w+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex Name();
}
