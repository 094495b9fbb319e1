using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Whoever reaches a silo's HTTP port can look, and do nothing else.</summary>
[Collection(OneSilo.Name)]
public sealed class HttpTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster)
{
    // Everything that could be changed by a request: grains that are made remember themselves by reminders.
    const string Fingerprint = """
        SELECT concat_ws(' ', (SELECT count(*) FROM dxy_orleans.reminder), (SELECT count(*) FROM dxy_orleans.grain_state), (SELECT count(*)
          FROM dxy.due WHERE cause <> 'gone'), (SELECT count(*) FROM dxy.run),
                              (SELECT count(*) FROM dxy.restart), (SELECT count(*) FROM data_bars), (SELECT count(*)
                                FROM derived_data_bars))
        """;

    [Fact]
    public async Task No_method_but_GET_and_HEAD_is_answered_and_no_page_changes_a_row()
    {
        var silo = (await shared.Cluster.ReadyAsync(1))[0];
        using var client = new HttpClient
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silo.Ports.Http}")),
            Timeout = TimeSpan.FromSeconds(20),
        };
        var before = await shared.Cluster.HostDatabase.ValueAsync<string>(Fingerprint);
        foreach (
            var path in (string[])
                [
                    "/health/live",
                    "/health/ready",
                    "/dashboard/",
                    "/dashboard/DashboardCounters",
                    "/dashboard/GrainState?grainId=XXXYYY%2F1m&grainType=bar",
                    "/nowhere",
                ]
        )
        {
            foreach (var method in (string[])["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GETX"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await client.SendAsync(request, Token);
                Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
            }
        }

        foreach (
            var path in (string[])
                ["DashboardCounters", "ClusterStats", "Reminders", "Reminders/1", "GrainTypes", "TopGrainMethods", "version"]
        )
        {
            using var answer = await client.GetAsync(new Uri("/dashboard/" + path, UriKind.Relative), Token);
            Assert.NotEqual(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        }

        foreach (
            var path in (string[])
                [
                    "/dashboard/GrainState?grainId=XXXYYY%2F1m&grainType=bar",
                    "/Dashboard/grainstate?grainId=DXY&grainType=index",
                    "/dashboard/GrainState/",
                ]
        )
        {
            Assert.Equal(HttpStatusCode.NotFound, await silo.StatusAsync(path));
        }

        Assert.Equal(before, await shared.Cluster.HostDatabase.ValueAsync<string>(Fingerprint));
    }

    [Fact]
    public async Task A_page_of_another_name_that_leads_to_loopback_is_refused()
    {
        var silo = (await shared.Cluster.ReadyAsync(1))[0];
        Assert.StartsWith(
            "HTTP/1.1 400",
            await AskAsync(silo, "GET /dashboard/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "HTTP/1.1 200",
            await AskAsync(silo, "GET /dashboard/ HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Hostile_requests_are_refused_and_the_silo_goes_on()
    {
        var silo = (await shared.Cluster.ReadyAsync(1))[0];
        var random = new Random(20_241_105);
        string[] hostile =
        [
            "GET / HTTP/1.1\r\n\r\n",
            "GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /dashboard/fonts/..%2f..%2fdxy.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /%00%ff%2e HTTP/1.1\r\nHost: localhost\r\n\r\n",
            $"GET /{new string('a', 100_000)} HTTP/1.1\r\n\r\n",
            $"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('b', 200_000)}\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /health/live HTTP/1.1\nHost: localhost\n\n",
            .. Enumerable
                .Range(0, 40)
                .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => (char)random.Next(0, 256)))),
        ];
        foreach (var request in hostile)
        {
            var answer = await AskAsync(silo, request, end: true);
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
            // 505 tells a client that its version of HTTP isn't spoken here: a refusal. Any other 5.. would be a fault of ours.
            Assert.DoesNotMatch("HTTP/1.1 5(?!05)", answer);
        }

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync("/health/live"));
        Assert.True(silo.IsRunning);
    }

    // What came until the silo closed the connection; end says that no more of the request is to come, for those that have none of their
    // own.
    static async Task<string> AskAsync(SiloProcess silo, string request, bool end = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, silo.Ports.Http, Token);
        var stream = client.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Token);
            if (end)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            using var reader = new StreamReader(stream, Encoding.Latin1);
            answer.Append(await reader.ReadToEndAsync(Token));
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // The silo would hear no more of it.
        }

        return answer.ToString();
    }
}
