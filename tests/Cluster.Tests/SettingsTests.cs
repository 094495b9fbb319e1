using DxyOrleans.Cluster.Tests.Harness;

namespace DxyOrleans.Cluster.Tests;

public sealed class SettingsTests : IDisposable
{
    const string Somewhere = "postgresql://dxy@127.0.0.1:1/dxy";

    readonly string _folder = Directory.CreateTempSubdirectory("dxy-silos-settings-").FullName;

    [Theory]
    [InlineData("Database", null)]
    [InlineData("Database", "what is this")]
    [InlineData("DatabaseDirect", Somewhere, "--DatabaseDirect", "what is this")]
    [InlineData("SiloPort", Somewhere, "--SiloPort", "80")]
    [InlineData("GatewayPort", Somewhere, "--GatewayPort", "eleven")]
    [InlineData("Address", Somewhere, "--Address", "the.moon")]
    [InlineData("Address", Somewhere, "--Address", "0.0.0.0")]
    [InlineData("HttpAddress", Somewhere, "--HttpAddress", "0.0.0.0")]
    [InlineData("Tls:Key", Somewhere, "--Tls:Key", "nowhere.key", "--Tls:Certificate", "/dev/null", "--Tls:Authority", "/dev/null")]
    [InlineData("Tls", Somewhere, "--Tls:Key", "/dev/null", "--Tls:Certificate", "/dev/null", "--Tls:Authority", "/dev/null")]
    [InlineData("Feed", Somewhere, "--Feed", "carrier-pigeon")]
    [InlineData("Massive:ApiKey", Somewhere, "--Feed", "massive")]
    [InlineData("Massive:Socket", Somewhere, "--Feed", "massive", "--Massive:ApiKey", "k", "--Massive:Socket", "ws://example.com/forex")]
    [InlineData("Oanda:Token", Somewhere, "--Feed", "oanda", "--Oanda:Account", "101-1")]
    [InlineData("TrueFx:User", Somewhere, "--Feed", "truefx", "--TrueFx:User", "somebody")]
    [InlineData("Feeds:SpikeLimit", Somewhere, "--Feeds:SpikeLimit", "7")]
    [InlineData("Poll", Somewhere, "--Poll", "soon")]
    [InlineData("KeepDays", Somewhere, "--KeepDays", "7")]
    [InlineData("Shadow", Somewhere, "--Shadow", "true", "--Feed", "simulated")]
    [InlineData("Restart", Somewhere, "--Restart", "never")]
    [InlineData("AlwaysOpen", Somewhere, "--Simulation:AlwaysOpen", "perhaps")]
    public async Task A_wrong_setting_ends_the_start_with_2_and_one_line_that_names_it(
        string setting,
        string? database,
        params string[] arguments
    )
    {
        await AssertRefusedAsync(SiloProcess.Start(_folder, database, SiloPorts.Free(), arguments), setting);
    }

    [Fact]
    public async Task A_settings_file_that_is_no_JSON_ends_the_start_with_2_and_one_line_that_names_it()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "dxy.json"), "{ \"Poll\": ", TestContext.Current.CancellationToken);
        await AssertRefusedAsync(SiloProcess.Start(_folder, Somewhere, SiloPorts.Free()), "dxy.json");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static async Task AssertRefusedAsync(SiloProcess started, string named)
    {
        using var silo = started;
        var code = await silo.ExitAsync(TimeSpan.FromSeconds(20));

        var line = Assert.Single(silo.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("dxy-silo: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }
}
