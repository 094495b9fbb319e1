using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// Two hosts' networks with a wire between them that can be cut: this one, and a namespace of its own. The database is reached through its
/// socket in the file system, which no cut concerns.
/// </summary>
public sealed class CutNetwork : IDisposable
{
    // Two runs of tests on one machine must not cut each other.
    readonly string _net = string.Create(CultureInfo.InvariantCulture, $"10.211.{Environment.ProcessId % 254}");

    // Names of links have 15 characters at most.
    readonly string _name = string.Create(CultureInfo.InvariantCulture, $"dxy{Environment.ProcessId}");

    CutNetwork()
    {
        try
        {
            Run($"netns add {_name}");
            Run($"link add {_name}n type veth peer name {_name}f netns {_name}");
            Run($"addr add {Near}/30 dev {_name}n");
            Run($"link set {_name}n up");
            Run($"-n {_name} addr add {Far}/30 dev {_name}f");
            Run($"-n {_name} link set {_name}f up");
            Run($"-n {_name} link set lo up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The address of this side.</summary>
    public string Near => _net + ".1";

    /// <summary>The address of the other side.</summary>
    public string Far => _net + ".2";

    /// <summary>Such a network; null where none can be made.</summary>
    /// <param name="refused">Why not.</param>
    public static CutNetwork? TryMake(out string refused)
    {
        try
        {
            refused = "";
            return new CutNetwork();
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            refused = $"No network namespace can be made here: {fault.Message}";
            return null;
        }
    }

    /// <summary>Such a network; the test is skipped where none can be made.</summary>
    public static CutNetwork Make()
    {
        var network = TryMake(out var refused);
        Assert.SkipWhen(network is null, refused);
        return network;
    }

    /// <summary>Where a silo runs on one side of it, and its arguments.</summary>
    /// <param name="address">Its side.</param>
    /// <param name="database">How it reaches the database.</param>
    public (SiloPlace Place, string[] Arguments) PlaceAt(string address, string database) =>
        (
            new SiloPlace(address, address == Far ? OnFarSide : []),
            ["--Database", database, "--Address", address, "--HttpAddress", address, "--TrustNetwork", "true", "--Dashboard", "false"]
        );

    /// <summary>What a command is preceded by to run on the far side, its process id the same.</summary>
    public string[] OnFarSide => ["ip", "netns", "exec", _name];

    // A route that swallows, on both sides: a link that is down would tell the senders.
    public void Cut()
    {
        Run($"route add blackhole {Far}/32");
        Run($"-n {_name} route add blackhole {Near}/32");
    }

    public void Mend()
    {
        Run($"route del blackhole {Far}/32");
        Run($"-n {_name} route del blackhole {Near}/32");
    }

    public void Dispose()
    {
        using var ip = Start($"netns del {_name}");
        ip?.WaitForExit();
    }

    static void Run(string arguments)
    {
        using var ip = Start(arguments) ?? throw new InvalidOperationException("ip can't be started");
        var said = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {arguments}: {said.Trim()}");
        }
    }

    static Process? Start(string arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
