using System.Net;
using System.Text;
using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>A login is a database role's; what another site, a guesser or a reader tries is refused.</summary>
public sealed class LoginTests(TestServer server)
{
    [Fact]
    public async Task A_role_logs_in_once_and_reads_from_elsewhere_until_it_logs_out()
    {
        await using var house = await WebHouse.OpenAsync(server);
        var role = await house.RoleAsync("dxy_reader");
        using var answer = await house.LoginAsync(role, "test");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), one =>
            one.StartsWith("dxy_session=", StringComparison.Ordinal) && !one.Contains("1970", StringComparison.Ordinal)
        );
        foreach (var part in (string[])["httponly", "samesite=strict", "path=/"])
        {
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("test", cookie, StringComparison.Ordinal);
        var session = new WebSession(house, answer);
        Assert.Equal(role, session.Role);
        using (var read = await session.GetAsync("/api/v1/symbols", (WebHouse.From, "192.0.2.1")))
        {
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        using (var logout = await session.PostAsync("/api/v1/logout", "{}"))
        {
            Assert.Equal(HttpStatusCode.OK, logout.StatusCode);
        }

        using var after = await session.GetAsync("/api/v1/symbols", (WebHouse.From, "192.0.2.1"));
        Assert.Equal(401, (await WebHouse.ProblemAsync(after)).Status);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    [InlineData("test ")]
    public async Task A_wrong_password_is_refused(string password)
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.LoginAsync(await house.RoleAsync("dxy_reader"), password);
        Assert.Contains((await WebHouse.ProblemAsync(answer)).Status, (int[])[400, 401]);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_role_that_may_not_read_is_refused_and_a_guesser_is_slowed_down()
    {
        await using var house = await WebHouse.OpenAsync(server);
        using (var answer = await house.LoginAsync(await house.RoleAsync(null), "test"))
        {
            Assert.Equal((403, "rights"), await CodeAsync(answer));
        }

        var role = await house.RoleAsync("dxy_reader");
        var codes = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            using var answer = await house.LoginAsync(role, $"guess {i}");
            codes.Add((int)answer.StatusCode);
        }

        Assert.Equal([401, 401, 401, 401, 401, 429, 429], codes);
        // Also with the right one: that it would have been right is not to be found out.
        using var right = await house.LoginAsync(role, "test");
        Assert.Equal(429, (int)right.StatusCode);
    }

    [Fact]
    public async Task A_password_is_not_taken_over_a_line_that_others_read()
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.LoginAsync(await house.RoleAsync("dxy_reader"), "test", (WebHouse.From, "192.0.2.1"));
        Assert.Equal((403, "tls-needed"), await CodeAsync(answer));
    }

    [Fact]
    public async Task A_page_of_another_site_can_neither_log_in_nor_order()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(Run);
        var role = await house.RoleAsync("dxy_console");
        (string, string)[][] foreign =
        [
            [("Origin", "http://evil.example")],
            [("Origin", "null")],
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
        ];
        foreach (var headers in foreign)
        {
            using var login = await house.LoginAsync(role, "test", headers);
            Assert.Equal((403, "cross-site"), await CodeAsync(login));
        }

        using var answer = await house.LoginAsync(role, "test");
        var session = new WebSession(house, answer);
        var order = $$"""{"revision":"{{await session.RevisionAsync("one")}}"}""";
        foreach (var headers in foreign)
        {
            using var ordered = await session.PostAsync("/api/v1/runs/one/pause", order, headers);
            Assert.Equal((403, "cross-site"), await CodeAsync(ordered));
        }

        // What a form of another site can send, should the cookie come along all the same.
        using (var form = new StringContent(order, Encoding.UTF8, "text/plain"))
        using (var posted = await house.SendAsync(HttpMethod.Post, "/api/v1/runs/one/pause", form, ("Cookie", session.Cookie)))
        {
            Assert.Equal((403, "cross-site"), await CodeAsync(posted));
        }

        using (
            var guessed = await house.PostAsync(
                "/api/v1/runs/one/pause",
                order,
                ("Cookie", session.Cookie),
                ("X-Dxy-Token", new string('0', 32))
            )
        )
        {
            Assert.Equal((403, "cross-site"), await CodeAsync(guessed));
        }

        using (
            var stolen = await house.PostAsync(
                "/api/v1/runs/one/pause",
                order,
                ("Cookie", "dxy_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                ("X-Dxy-Token", session.Token)
            )
        )
        {
            Assert.Equal((401, "login-needed"), await CodeAsync(stolen));
        }

        Assert.Equal("running", await house.ValueAsync<string>("SELECT state FROM dxy.run"));
    }

    [Fact]
    public async Task An_order_is_the_roles_own_and_a_reader_gives_none()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(Run);
        using var readers = await house.LoginAsync(await house.RoleAsync("dxy_reader"), "test");
        var reader = new WebSession(house, readers);
        var role = await house.RoleAsync("dxy_console");
        using var operators = await house.LoginAsync(role, "test");
        var @operator = new WebSession(house, operators);
        Assert.Equal((false, true), (reader.MayOrder, @operator.MayOrder));
        var order = $$"""{"revision":"{{await reader.RevisionAsync("one")}}","reason":"lunch"}""";
        using (var answer = await reader.PostAsync("/api/v1/runs/one/pause", order))
        {
            Assert.Equal((403, "rights"), await CodeAsync(answer));
        }

        using (var answer = await @operator.PostAsync("/api/v1/runs/one/pause", order))
        {
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
            Assert.Equal(role, document.RootElement.GetProperty("role").GetString());
            Assert.Equal("paused", document.RootElement.GetProperty("run").GetProperty("state").GetString());
        }

        Assert.Equal(
            $"{role} lunch",
            await house.ValueAsync<string>("SELECT role || ' ' || (detail->>'reason') FROM dxy.run_event ORDER BY seq DESC LIMIT 1")
        );

        // Who orders doesn't approve.
        using var approved = await @operator.PostAsync(
            "/api/v1/runs/one/approve",
            $$"""{"revision":"{{await @operator.RevisionAsync("one")}}","kind":"deploy"}"""
        );
        Assert.Equal((403, "rights"), await CodeAsync(approved));
    }

    [Fact]
    public async Task Of_two_orders_on_one_revision_one_is_refused()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(Run);
        using var answer = await house.LoginAsync(await house.RoleAsync("dxy_console"), "test");
        var session = new WebSession(house, answer);
        var order = $$"""{"revision":"{{await session.RevisionAsync("one")}}"}""";
        var answers = await Task.WhenAll(
            session.PostAsync("/api/v1/runs/one/pause", order),
            session.PostAsync("/api/v1/runs/one/pause", order)
        );
        Assert.Equal([200, 409], answers.Select(one => (int)one.StatusCode).Order());
        Assert.Equal((409, "run-moved-on"), await CodeAsync(answers.Single(one => !one.IsSuccessStatusCode)));
        Array.ForEach(answers, one => one.Dispose());
        foreach (
            var (name, body, code) in ((string, string, string)[])
                [
                    ("pause", "{}", "usage"),
                    ("pause", "[", "usage"),
                    ("pause", "null", "usage"),
                    ("dance", order, "not-found"),
                    ("approve", order, "usage"),
                ]
        )
        {
            using var refused = await session.PostAsync($"/api/v1/runs/one/{name}", body);
            Assert.Equal(code, (await CodeAsync(refused)).Code);
        }

        using var nowhere = await session.PostAsync("/api/v1/runs/nowhere/pause", order);
        Assert.Equal((404, "unknown-run"), await CodeAsync(nowhere));
        using var wrong = await session.PostAsync("/api/v1/runs/one/pause", $$"""{"revision":"{{await session.RevisionAsync("one")}}"}""");
        Assert.Equal((409, "run-state"), await CodeAsync(wrong));
    }

    const string Run = """
        INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at)
        VALUES ('one', 'DXY', 'running', 4, 'bars', '{}', '{}', dxy.now())
        """;

    static async Task<(int Status, string? Code)> CodeAsync(HttpResponseMessage answer)
    {
        var (status, problem) = await WebHouse.ProblemAsync(answer);
        return (status, problem.GetProperty("code").GetString());
    }
}
