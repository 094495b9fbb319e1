using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.LocalCluster;

namespace DxyOrleans.Client.Commands.Down;

/// <summary><c>down</c>: stops the local silos and the embedded server; leaves nothing running.</summary>
internal sealed class DownVerb() : Verb("down", "Stops the local silos and the embedded server.", "down")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var cluster = new LocalSilos(session);
        var silos = cluster.Running();
        await cluster.StopAsync(silos, cancellation);
        var server = await cluster.StopServerAsync(cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.down/1");
            document.Json.WriteNumber("silos", silos.Count);
            document.Json.WriteBoolean("server", server);
            return ExitCode.Done;
        }

        session.Out.WriteLine(
            silos.Count == 0 && !server
                ? "nothing was running"
                : $"stopped {silos.Count} silo{(silos.Count == 1 ? "" : "s")}{(server ? " and the embedded server" : "")}"
        );
        return ExitCode.Done;
    }
}
