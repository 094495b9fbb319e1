using System.CommandLine;
using System.Globalization;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Membership;

namespace DxyOrleans.Client.Commands.Cluster;

/// <summary><c>cluster</c>: silos with their state, version and epoch; grains by kind where a silo of this machine can be asked.</summary>
internal sealed class ClusterVerb() : Verb("cluster", "Shows the silos and the grains they hold.", "cluster")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var silos = await SiloRoster.ReadAsync(database, cancellation);
        var routes = await RouteReader.ListAsync(database, cancellation);
        var grains = await GrainCounts.ReadAsync(SiloRecord.All(session.Home).Where(silo => silo.IsThere), cancellation);
        if (session.Json)
        {
            using var document = session.Document("dxy.cluster/1");
            var json = document.Json;
            json.WriteStartArray("silos");
            foreach (var silo in silos)
            {
                json.WriteStartObject();
                json.WriteString("cluster", silo.Cluster);
                json.WriteString("name", silo.Name);
                json.WriteString("host", silo.Host);
                json.WriteString("address", $"{silo.Address}:{silo.Port}");
                json.WriteNumber("generation", silo.Generation);
                json.WriteString("state", silo.State);
                json.WriteBoolean("alive", silo.IsAlive);
                json.Time("started_at", silo.Started);
                json.Time("last_alive", silo.LastAlive);
                json.WriteNumber("membership_version", silo.TableVersion);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("routes");
            foreach (var (symbol, mode, epoch) in routes)
            {
                json.WriteStartObject();
                json.WriteString("symbol", symbol);
                json.WriteString("mode", mode);
                json.WriteNumber("epoch", epoch);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("grains");
            if (grains is null)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteStartObject();
                foreach (var (kind, count) in grains)
                {
                    json.WriteNumber(kind, count);
                }

                json.WriteEndObject();
            }

            return ExitCode.Done;
        }

        var table = new TextTable("silo", "address", "state", "alive", "started", "last heard", "membership").Right(6);
        foreach (var silo in silos.Where(silo => session.Verbose || silo.State != "dead"))
        {
            table.Add(
                silo.Name,
                $"{silo.Address}:{silo.Port}",
                silo.State,
                silo.IsAlive ? "yes" : "no",
                silo.Started.ToString(),
                silo.LastAlive.ToString(),
                silo.TableVersion.ToString(CultureInfo.InvariantCulture)
            );
        }

        if (table.Count > 0)
        {
            table.Write(session.Out);
        }

        foreach (var (symbol, mode, epoch) in routes)
        {
            session.Out.WriteLine($"route {symbol}: {mode}, epoch {epoch}");
        }

        foreach (var (kind, count) in grains ?? [])
        {
            session.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count, 6} {kind} grains"));
        }

        session.Out.WriteLine(
            $"{silos.Count(silo => silo.IsAlive)} silos alive, {silos.Count(silo => silo.State == "dead")} dead on record"
        );
        return ExitCode.Done;
    }
}
