using System.Net.Sockets;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Connections;
using DxyOrleans.Testing;
using Orleans.Runtime;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Silos that show one another certificates: who has none of their authority is let in nowhere.</summary>
public sealed class TlsTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task Two_silos_and_a_client_of_one_authority_work_together_and_nobody_else_gets_in()
    {
        var cluster = await OpenAsync("tls");
        var ours = DevelopmentCertificates.Make(Path.Combine(cluster.Folder, "ours"), TimeProvider.System.GetUtcNow());
        var others = DevelopmentCertificates.Make(Path.Combine(cluster.Folder, "others"), TimeProvider.System.GetUtcNow());
        string[] tls = ["--Tls:Certificate", ours.Certificate!, "--Tls:Key", ours.Key!, "--Tls:Authority", ours.Authority!];
        var silos = new[] { cluster.Start(tls), cluster.Start(tls) };
        foreach (var silo in silos)
        {
            await silo.ReadyAsync();
        }

        await using (var client = await GrainClient.ConnectAsync(cluster.ConnectionString, cluster.Name, ours))
        {
            var hosts = await client.Grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
            Assert.Equal(2, hosts.Count);
        }

        Assert.False(await GetsInAsync(cluster, null));
        Assert.False(await GetsInAsync(cluster, others));
        foreach (var port in new[] { silos[0].Ports.Silo, silos[0].Ports.Gateway })
        {
            using var plain = new TcpClient();
            await plain.ConnectAsync("127.0.0.1", port, Token);
            await plain.GetStream().WriteAsync(new byte[64], Token);
            Assert.Equal(0, await ReadAsync(plain.GetStream()));
        }
    }

    // A client that isn't let in tries again for as long as it is let.
    static async Task<bool> GetsInAsync(SiloCluster cluster, TlsSettings? tls)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await (await GrainClient.ConnectAsync(cluster.ConnectionString, cluster.Name, tls, patience.Token)).DisposeAsync();
            return true;
        }
        catch (Exception refused) when (refused is OrleansException or OperationCanceledException)
        {
            return false;
        }
    }

    // Whatever is answered before the connection ends, a TLS alert at most: nothing of Orleans'. 0: nothing else.
    static async Task<int> ReadAsync(NetworkStream stream)
    {
        const byte Alert = 21;
        var answer = new byte[1024];
        var read = 0;
        try
        {
            while (await stream.ReadAsync(answer.AsMemory(read), Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (IOException)
        {
            // Cut off.
        }

        return read == 0 || answer[0] == Alert ? 0 : read;
    }
}
