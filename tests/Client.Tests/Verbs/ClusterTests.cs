using System.Diagnostics;
using System.Text.Json;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>Real processes: an embedded server and silos in a home of the test's own.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task Up_is_ready_bars_flow_and_down_leaves_nothing()
    {
        await using var dxy = Dxy.Alone();
        var home = Path.Combine(TestFolder.Make(), "home");
        dxy.Variables["DXY_HOME"] = home;
        dxy.Variables["DXY_SIMULATION__ALWAYSOPEN"] = "true";
        dxy.Variables["DXY_SIMULATION__BACKFILLMINUTES"] = "90";
        try
        {
            var up = await dxy.RunAsync("up", "--silos", "2", "--feed", "simulated", "--json");
            Assert.True(up.Code == 0, up.ToString());
            var pids = up.Json.GetProperty("silos").EnumerateArray().Select(silo => silo.GetProperty("pid").GetInt32()).ToList();
            Assert.Equal(2, pids.Count);
            Assert.Equal($"{pids[0]}\n", await File.ReadAllTextAsync(Path.Combine(home, "run", "silo-1.pid")));
            Assert.Equal(
                2,
                (await dxy.RunAsync("cluster", "--json"))
                    .Json.GetProperty("silos")
                    .EnumerateArray()
                    .Count(silo => silo.GetProperty("alive").GetBoolean())
            );
            Assert.Equal(0, (await dxy.RunAsync("up", "--silos", "2", "--json")).Json.GetProperty("started").GetInt32());
            while ((await dxy.RunAsync("bars", "DXY", "1h", "--json")).Json.GetProperty("bars").GetArrayLength() == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }

            await AssertPasswordIsNowhereAsync(dxy, home, up);
            await AssertDeadAndHungAreToldAsync(dxy, pids[1]);
            var down = await dxy.RunAsync("down", "--json");
            Assert.Equal(2, down.Json.GetProperty("silos").GetInt32());
            Assert.True(down.Json.GetProperty("server").GetBoolean());
            Assert.All(pids, pid => Assert.Null(ProcessIdentity.Of(pid)));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(home, "run"), "silo-*"));
            Assert.Contains("nothing was running", (await dxy.RunAsync("down")).Out, StringComparison.Ordinal);
        }
        finally
        {
            await dxy.RunAsync("down");
            Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);
        }
    }

    static async Task AssertDeadAndHungAreToldAsync(Dxy dxy, int second)
    {
        LiveProcess.Signal(second, LiveProcess.Stop);
        var stopped = await dxy.RunAsync("health", "--json");
        Assert.Equal("WARN", Silos(stopped).GetProperty("status").GetString());
        Assert.Contains("silo-2", Silos(stopped).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, (await dxy.RunAsync("up", "--silos", "2")).Code);

        LiveProcess.Signal(second, LiveProcess.Kill);
        while (ProcessIdentity.Of(second) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        // At once, when the table has both of them alive, and when the other silo has found it dead.
        Assert.Equal("WARN", Silos(await dxy.RunAsync("health", "--json")).GetProperty("status").GetString());
        while (await AliveAsync() == 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal("WARN", Silos(await dxy.RunAsync("health", "--json")).GetProperty("status").GetString());
        Assert.Equal(1, (await dxy.RunAsync("up", "--silos", "2", "--json")).Json.GetProperty("started").GetInt32());
        Assert.Equal("PASS", Silos(await dxy.RunAsync("health", "--json")).GetProperty("status").GetString());

        async Task<int> AliveAsync() =>
            (await dxy.RunAsync("cluster", "--json"))
                .Json.GetProperty("silos")
                .EnumerateArray()
                .Count(silo => silo.GetProperty("alive").GetBoolean());

        static JsonElement Silos(Called health) =>
            health.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "silos");
    }

    static async Task AssertPasswordIsNowhereAsync(Dxy dxy, string home, Called up)
    {
        // The one verb that shows it, for psql.
        var url = new Uri((await dxy.RunAsync("db", "url")).Out.Trim());
        var password = Uri.UnescapeDataString(url.UserInfo.Split(':')[1]);
        Assert.True(password.Length >= 16, "a password to be looked for");
        foreach (
            var called in (Called[])
                [
                    up,
                    await dxy.RunAsync("config", "--json"),
                    await dxy.RunAsync("cluster", "--json"),
                    await dxy.RunAsync("health", "--json", "--verbose"),
                    await dxy.RunAsync("symbols", "--json"),
                ]
        )
        {
            Assert.DoesNotContain(password, called.ToString(), StringComparison.Ordinal);
        }

        foreach (var log in Directory.EnumerateFiles(Path.Combine(home, "log")).Concat(Directory.EnumerateFiles(Path.Combine(home, "run"))))
        {
            Assert.DoesNotContain(password, await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        }

        if (OperatingSystem.IsLinux())
        {
            Assert.All(
                Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(CommandLine),
                line => Assert.DoesNotContain(password, line, StringComparison.Ordinal)
            );
        }

        static string CommandLine(string folder)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task A_silo_that_cannot_start_is_told_with_its_last_words_and_nothing_is_left()
    {
        await using var dxy = Dxy.Alone();
        var home = Path.Combine(TestFolder.Make(), "home");
        dxy.Variables["DXY_HOME"] = home;
        dxy.Variables["DXY_GRACE"] = "01:00:00";
        try
        {
            var up = await dxy.RunAsync("up");
            Assert.Equal(3, up.Code);
            Assert.Contains("Grace", up.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(home, "run"), "silo-*.pid"));
        }
        finally
        {
            await dxy.RunAsync("down");
            Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);
        }
    }

    [Fact]
    public async Task A_demo_shows_the_index_within_its_time_and_stops_all_it_started()
    {
        await using var dxy = Dxy.Alone();
        var home = Path.Combine(TestFolder.Make(), "home");
        dxy.Variables["DXY_HOME"] = home;
        try
        {
            var demo = await dxy.RunAsync("demo", "--for", "8s", "--json");
            Assert.True(demo.Code == 0, demo.ToString());
            Assert.Equal(
                ["DXY 1m", "DXY 5m", "DXY 1h"],
                demo.Json.GetProperty("series")
                    .EnumerateArray()
                    .Where(series => series.GetProperty("symbol").GetString() == "DXY" && series.GetProperty("bars").GetInt64() > 0)
                    .Select(series => $"DXY {series.GetProperty("timeframe").GetString()}")
            );
            Assert.Contains("nothing was running", (await dxy.RunAsync("down")).Out, StringComparison.Ordinal);

            // Within the same minute all of it stands already; that is no failure.
            var again = await dxy.RunAsync("demo", "--for", "20s");
            Assert.True(again.Code == 0, again.ToString());
        }
        finally
        {
            await dxy.RunAsync("down");
            Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);
        }
    }

    [Fact]
    public async Task A_demo_writes_into_nobody_elses_database()
    {
        await using var dxy = Dxy.Alone();
        dxy.Variables["DXY_DATABASE"] = "Host=127.0.0.1;Port=1;Database=shop";
        var demo = await dxy.RunAsync("demo");
        Assert.Equal(4, demo.Code);
        Assert.Contains("foreign-database", demo.Error, StringComparison.Ordinal);
    }
}
