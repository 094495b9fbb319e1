using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Conventions;

public sealed class ExitCodeTests(TestServer server)
{
    [Theory]
    [InlineData("bars", "DXY")]
    [InlineData("bars", "DXY", "2m")]
    [InlineData("bars", "DXY", "1m", "--from", "2019-10-01T00:00:00")]
    [InlineData("bars", "DXY", "1m", "--last", "0")]
    [InlineData("derive", "DXY")]
    [InlineData("verify", "DXY", "--from", "2019-10-02T00:00:00Z", "--to", "2019-10-01T00:00:00Z")]
    [InlineData("demo", "--for", "soon")]
    [InlineData("no-such-verb")]
    [InlineData("import", "no-such-file.csv")]
    [InlineData("bars", "DXY", "1m", "--settings", "no-such-file.json")]
    public async Task A_call_that_is_written_wrongly_ends_with_2_and_one_line(params string[] arguments)
    {
        await using var dxy = await Dxy.OnAsync(server);
        var called = await dxy.RunAsync(arguments);
        Assert.Equal(2, called.Code);
        Assert.Equal("", called.Out);
        Assert.Single(called.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_time_without_zone_is_refused_and_the_error_says_how_to_write_it()
    {
        await using var dxy = Dxy.Alone();
        var called = await dxy.RunAsync("explain", "DXY", "2019-10-01T00:00:00");
        Assert.Equal(2, called.Code);
        Assert.Contains("write 2019-10-01T00:00:00Z for UTC", called.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_ends_with_3_and_no_password_is_shown()
    {
        await using var dxy = Dxy.Alone();
        dxy.Variables["DXY_DATABASE"] = "Host=127.0.0.1;Port=1;Username=u;Password=secret;Database=d;Timeout=2";
        var called = await dxy.RunAsync("symbols");
        Assert.Equal(3, called.Code);
        Assert.DoesNotContain("secret", called.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", called.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_elses_database_without_our_schema_is_left_alone_and_the_gate_is_named()
    {
        await using var dxy = await Dxy.OnAsync(server, schema: false);
        var called = await dxy.RunAsync("symbols", "--json");
        Assert.Equal(4, called.Code);
        Assert.Equal("schema-missing", called.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.False(await dxy.Database.ValueAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'dxy')"));
    }

    [Fact]
    public async Task An_interrupted_call_ends_with_130()
    {
        await using var dxy = await Dxy.OnAsync(server);
        using var ending = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var called = await dxy.RunAsync(ending.Token, "bars", "DXY", "1m", "--follow");
        Assert.Equal(130, called.Code);
    }

    [Fact]
    public async Task What_destroys_asks_for_yes_where_nobody_can_be_asked()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var called = await dxy.RunAsync("db", "remove");
        Assert.Equal(4, called.Code);
        Assert.Contains("confirmation", called.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await dxy.RunAsync("db", "check")).Code);
    }

    [Fact]
    public async Task Every_verb_has_help_with_an_example()
    {
        await using var dxy = Dxy.Alone();
        foreach (
            var verb in (string[])
                [
                    "demo",
                    "up",
                    "down",
                    "db url",
                    "db apply",
                    "db check",
                    "db remove",
                    "import",
                    "bars",
                    "explain",
                    "derive",
                    "rollup",
                    "verify",
                    "gaps",
                    "due",
                    "symbols",
                    "symbols add",
                    "config",
                    "certificates",
                    "health",
                    "cluster",
                    "migrate plan",
                    "migrate rehearse",
                    "migrate start",
                    "migrate status",
                    "migrate ack",
                    "migrate pause",
                    "migrate resume",
                    "migrate retry",
                    "migrate throttle",
                    "migrate approve",
                    "migrate revoke",
                    "migrate rollback",
                    "migrate purge",
                    "migrate watch",
                    "migrate explain",
                    "migrate conflicts",
                    "migrate audit",
                    "migrate audit verify",
                    "migrate report",
                ]
        )
        {
            var called = await dxy.RunAsync([.. verb.Split(' '), "--help"]);
            Assert.Equal(0, called.Code);
            Assert.Contains($"  ./dxy {verb}", called.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Errors_under_json_are_one_document_with_code_what_where_and_todo()
    {
        await using var dxy = await Dxy.OnAsync(server);
        foreach (
            var arguments in (string[][])
                [
                    ["bars", "XXX", "1m", "--json"],
                    ["bars", "--json"],
                    ["derive", "EURUSD", "--json", .. Dxy.Range(5)],
                ]
        )
        {
            var called = await dxy.RunAsync(arguments);
            Assert.Equal(2, called.Code);
            Assert.Equal("", called.Error);
            Assert.Equal(
                ["code", "what", "where", "todo"],
                called.Json.GetProperty("error").EnumerateObject().Select(property => property.Name)
            );
        }
    }
}
