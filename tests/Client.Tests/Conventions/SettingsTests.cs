using DxyOrleans.Feeds;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Tests.Conventions;

public sealed class SettingsTests
{
    [Fact]
    public async Task An_option_wins_over_the_environment_and_that_over_the_file()
    {
        await using var dxy = Dxy.Alone();
        dxy.Write("dxy.json", """{ "Home": "/file", "PoolSize": 5, "Simulation": { "Seed": 7 } }""");
        Assert.Contains("/file", await Value("Home"), StringComparison.Ordinal);
        Assert.StartsWith("7 ", await Value("Simulation:Seed"), StringComparison.Ordinal);
        dxy.Variables["DXY_HOME"] = "/environment";
        dxy.Variables["DXY_POOL_SIZE"] = "6";
        Assert.Equal("/environment environment DXY_HOME", await Value("Home"));
        Assert.Equal("6 environment DXY_POOL_SIZE", await Value("PoolSize"));
        Assert.Equal("/option option", await Value("Home", "--home", "/option"));
        Assert.Equal("none default", await Value("Feed"));

        async Task<string> Value(string key, params string[] options)
        {
            var setting = (await dxy.RunAsync(["config", "--json", .. options]))
                .Json.GetProperty("settings")
                .EnumerateArray()
                .Single(one => one.GetProperty("key").GetString() == key);
            return $"{setting.GetProperty("value").GetString()} {setting.GetProperty("origin").GetString()}";
        }
    }

    [Fact]
    public async Task A_feed_that_isnt_built_in_is_refused_by_the_console_wherever_it_is_named()
    {
        await using var dxy = Dxy.Alone();
        Assert.Equal(2, (await dxy.RunAsync(["up", "--feed", "carrier-pigeon"])).Code);
        dxy.Variables["DXY_FEED"] = "carrier-pigeon";
        var told = await dxy.RunAsync(["up"]);
        Assert.Equal(2, told.Code);
        Assert.Contains("there is no feed carrier-pigeon", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_feeds_that_there_are_are_listed_with_what_they_can_do_without_paying()
    {
        await using var dxy = Dxy.Alone();
        var told = await dxy.RunAsync(["up", "--feed", "list"]);
        Assert.Equal(0, told.Code);
        Assert.All(FeedCatalog.All, feed => Assert.Contains(feed.Name, told.Out, StringComparison.Ordinal));
        Assert.Contains("nothing live", told.Out, StringComparison.Ordinal);
        var feeds = (await dxy.RunAsync(["up", "--feed", "list", "--json"])).Json.GetProperty("feeds");
        Assert.Equal(FeedCatalog.Names, feeds.EnumerateArray().Select(feed => feed.GetProperty("name").GetString()!));
    }

    [Theory]
    [InlineData("postgresql://u:secret@h:5432/d")]
    [InlineData("Host=h;Username=u;Password=secret;Database=d")]
    [InlineData("Host=h;Password='se;secret'")]
    [InlineData("Host=h;Password='se''cret;secret'")]
    [InlineData("Host=h;PSW=secret")]
    [InlineData("Host=h;SSL Password=secret")]
    [InlineData("Host=h;Password=x;secret=1")]
    [InlineData("postgresql://u:p@secret@h:5432/d")]
    [InlineData("postgresql://u:p/secret@h:5432/d")]
    [InlineData("postgresql://u:p?secret@h:5432/d")]
    [InlineData("postgresql://u@h/d?password=secret&x=1")]
    [InlineData("postgresql://h/d?sslpassword=secret")]
    [InlineData("postgresql://u:12/secret@h/d")]
    public async Task Config_shows_no_password(string connection)
    {
        await using var dxy = Dxy.Alone();
        dxy.Variables["DXY_DATABASE"] = connection;
        dxy.Variables["DXY_MASSIVE_API_KEY"] = "secret";
        var called = await dxy.RunAsync("config");
        Assert.Equal(0, called.Code);
        Assert.Contains("***", called.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", called.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_settings_file_is_named_with_its_line()
    {
        await using var dxy = Dxy.Alone();
        dxy.Write("dxy.json", "{\n  \"Home\": oops\n}");
        var called = await dxy.RunAsync("config");
        Assert.Equal(2, called.Code);
        Assert.Contains("dxy.json:2", called.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_connection_leaves_out_comes_from_the_service_file_and_then_from_the_environment()
    {
        await using var dxy = Dxy.Alone();
        var file = dxy.Write("services.conf", "[other]\nhost=wrong\n[shop]\nhost=db.example\nport=6543\n# a remark\ndbname=bars\n");
        var environment = new Dictionary<string, string>
        {
            ["PGSERVICEFILE"] = file,
            ["PGSERVICE"] = "shop",
            ["PGUSER"] = "reader",
            ["PGHOST"] = "elsewhere",
        };
        var connection = LibpqDefaults.Connection(environment.GetValueOrDefault);
        Assert.Equal("Host=db.example;Port=6543;Database=bars;Username=reader", connection);
        Assert.Equal(
            "Host=db.example;Username=me;Port=6543;Database=bars",
            LibpqDefaults.Complete("postgresql://me@db.example?service=shop", name => name == "PGSERVICEFILE" ? file : null)
        );
        Assert.Null(LibpqDefaults.Connection(_ => null));
        Assert.Throws<ArgumentException>(() => LibpqDefaults.Complete("service=nowhere", name => name == "PGSERVICEFILE" ? file : null));
    }
}
