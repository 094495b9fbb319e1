using System.Globalization;
using System.Net;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

[Collection(OneSilo.Name)]
public sealed class ListeningTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster)
{
    // The state of a listening socket in Linux' /proc/net/tcp, and its spellings of 127.0.0.1, ::1 and ::ffff:127.0.0.1.
    const string Listening = "0A";
    static readonly string[] Loopback = ["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"];

    [Fact]
    public async Task The_dashboard_answers_on_loopback_and_the_silo_listens_nowhere_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells in /proc who listens where.");
        var silo = (await shared.Cluster.ReadyAsync(1))[0];

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync("/dashboard/"));
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync("/health/live"));
        var listening = ListeningOf(silo.Pid);
        Assert.Equal([silo.Ports.Silo, silo.Ports.Gateway, silo.Ports.Http], listening.Select(socket => socket.Port), Same);
        Assert.All(listening, socket => Assert.Contains(socket.Address, Loopback));
    }

    static bool Same(IEnumerable<int> expected, IEnumerable<int> found) => expected.Order().SequenceEqual(found.Order());

    static List<(string Address, int Port)> ListeningOf(int pid)
    {
        var own = Directory.GetFiles($"/proc/{pid}/fd").Select(file => new FileInfo(file).LinkTarget ?? "").ToHashSet();
        return
        [
            .. ((string[])["tcp", "tcp6"])
                .SelectMany(kind => File.ReadLines($"/proc/{pid}/net/{kind}").Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns[3] == Listening && own.Contains($"socket:[{columns[9]}]"))
                .Select(columns => columns[1].Split(':'))
                .Select(local => (local[0], int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
        ];
    }
}
