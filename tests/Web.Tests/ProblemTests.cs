using System.Net;
using System.Text;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>What can't be answered is refused by RFC 9457, with our words and what to do.</summary>
public sealed class ProblemTests(TestServer server)
{
    [Theory]
    [InlineData("/api/v1/bars/NOPE/1m", 404, "unknown-symbol", 2)]
    [InlineData("/api/v1/bars/%24/1m", 404, "unknown-symbol", 2)]
    [InlineData("/api/v1/bars/EURUSD/2m", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?from=2024-01-01", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?from=2024-01-01T00:00:00", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?limit=0", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?limit=50001", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?limit=-1", 400, "usage", 2)]
    [InlineData("/api/v1/bars/EURUSD/1m?format=xml", 400, "usage", 2)]
    [InlineData("/api/v1/runs/nowhere", 404, "unknown-run", 2)]
    [InlineData("/api/v1/nowhere", 404, "not-found", 2)]
    [InlineData("/api/v1/../../../etc/passwd", 404, null, 0)]
    [InlineData("/api/v1/bars/EURUSD/1m%2F..%2F..%2Fdxy.json", 400, "usage", 2)]
    public async Task A_request_that_means_nothing_is_refused_with_what_could_be_meant(string url, int status, string? code, int exit)
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.GetAsync(url);
        Assert.Equal(status, (int)answer.StatusCode);
        if (code is null)
        {
            return;
        }

        var (_, problem) = await WebHouse.ProblemAsync(answer);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(exit, problem.GetProperty("exit_code").GetInt32());
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.StartsWith(code, await house.TextAsync(problem.GetProperty("type").GetString()!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_with_an_offset_may_come_unescaped()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 2));
        var utc = await house.TextAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}");
        var offset = WebHouse.Open.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(2)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", null);
        Assert.Equal(utc, await house.TextAsync($"/api/v1/bars/EURUSD/1m?from={offset}"));
    }

    [Fact]
    public async Task A_database_without_our_schema_is_told_as_that()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync("ALTER TABLE core_asset_registry_all RENAME TO elsewhere");
        using var answer = await house.GetAsync("/api/v1/symbols");
        var (status, problem) = await WebHouse.ProblemAsync(answer);
        Assert.Equal((503, "schema-missing"), (status, problem.GetProperty("code").GetString()));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Reading_is_for_this_machine_alone()
    {
        await using var house = await WebHouse.OpenAsync(server);
        (string, string)[][] strangers =
        [
            [(WebHouse.From, "192.0.2.1")],
            [(WebHouse.From, "2001:db8::1")],
            [("X-Forwarded-For", "127.0.0.1")],
            [("Forwarded", "for=127.0.0.1")],
            [("Via", "1.1 proxy")],
            [("Host", "evil.example")],
        ];
        foreach (var path in (string[])["/api/v1/symbols", "/api/v1/bars/DXY/1m", "/api/v1/runs", "/openapi/v1.json"])
        {
            using (var own = await house.GetAsync(path))
            {
                Assert.Equal(HttpStatusCode.OK, own.StatusCode);
            }

            foreach (var stranger in strangers)
            {
                using var answer = await house.GetAsync(path, stranger);
                var (status, problem) = await WebHouse.ProblemAsync(answer);
                Assert.Equal((401, "login-needed"), (status, problem.GetProperty("code").GetString()));
                Assert.NotEmpty(answer.Headers.WwwAuthenticate);
            }
        }
    }

    [Fact]
    public async Task An_order_without_a_login_is_refused_from_everywhere()
    {
        await using var house = await WebHouse.OpenAsync(server);
        foreach (
            var headers in ((string, string)[][])
                [
                    [],
                    [(WebHouse.From, "192.0.2.1")],
                ]
        )
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await house.SendAsync(HttpMethod.Post, "/api/v1/runs/one/pause", content, headers);
            Assert.Equal(401, (await WebHouse.ProblemAsync(answer)).Status);
        }
    }

    [Fact]
    public async Task The_live_path_keeps_its_connections_however_many_ask()
    {
        // One statement for readers at once; the table is locked, so that each waits for it.
        await using var house = await WebHouse.OpenAsync(server, new WebOptions { Reads = 1, Requests = 4 });
        await house.StoreAsync(WebHouse.Minutes(0, 1));
        await house.TextAsync("/api/v1/bars/EURUSD/1m");
        await using var locking = await house.Data.OpenConnectionAsync(WebHouse.Token);
        await using var transaction = await locking.BeginTransactionAsync(WebHouse.Token);
        await using (var command = locking.CreateCommand())
        {
            command.CommandText = "LOCK TABLE data_bars IN ACCESS EXCLUSIVE MODE";
            await command.ExecuteNonQueryAsync(WebHouse.Token);
        }

        var asked = Enumerable.Range(0, 20).Select(_ => house.GetAsync("/api/v1/bars/EURUSD/1m")).ToList();
        // Four are at it and four wait; the others are told so at once.
        for (var refused = 0; refused < 12; refused++)
        {
            var told = await Task.WhenAny(asked).WaitAsync(TimeSpan.FromSeconds(20), WebHouse.Token);
            asked.Remove(told);
            using var answer = await told;
            var (status, problem) = await WebHouse.ProblemAsync(answer);
            Assert.Equal((429, "too-busy"), (status, problem.GetProperty("code").GetString()));
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        await house.UntilAsync("one statement waits for the table", async () =>
            await house.ValueAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ) == 1
        );
        await transaction.RollbackAsync(WebHouse.Token);
        foreach (var waiting in asked)
        {
            using var answer = await waiting;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
