using System.Globalization;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Core.Health;
using DxyOrleans.Membership;

namespace DxyOrleans.Client.Commands.Health;

/// <summary>
/// How the silos are: by their heartbeats in the table, which say that a process lives and reach back up to 15 s; by the processes of this
/// machine, which are asked whether they work; and by which silos the others voted dead and nobody has put anything in the place of.
/// </summary>
internal static class SiloHealth
{
    /// <summary>A silo that died longer ago is no news; a pod that comes again at another address isn't missed for ever.</summary>
    static readonly TimeSpan Missed = TimeSpan.FromDays(1);

    public static HealthCheck Judge(IReadOnlyList<KnownSilo> known, IReadOnlyList<SiloCondition> local)
    {
        var ailing = local.Where(silo => silo.State != SiloState.Ready).ToList();
        var active = known.Where(silo => silo.State == "active").ToList();
        var working = active.Count(silo => silo.IsAlive && !ailing.Any(other => Is(other, silo)));
        var lost = Lost(known, active).Where(silo => !local.Any(other => Is(other, silo))).ToList();
        var unknown = ailing.Count(silo => !active.Any(other => Is(silo, other)));
        return HealthRules.Silos(
            working,
            active.Count + lost.Count + unknown,
            [
                .. ailing.Select(silo => silo.Ailment!),
                .. lost.Select(silo =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{silo.Name} at {silo.Address}:{silo.Port} died at {silo.LastAlive} and has not come back"
                    )
                ),
            ]
        );
    }

    // One that left in order has nobody's vote; one that came back is there as a later generation, or, at another address, as one that
    // started since.
    static IEnumerable<KnownSilo> Lost(IReadOnlyList<KnownSilo> known, List<KnownSilo> active)
    {
        var dead = known
            .Where(silo =>
                silo.State == "dead"
                && silo.WasVoted
                && silo.Now - silo.LastAlive < Missed
                && !known.Any(other => other.Address == silo.Address && other.Port == silo.Port && other.Generation > silo.Generation)
            )
            .ToList();
        return dead.OrderBy(silo => silo.LastAlive)
            .Skip(dead.Count == 0 ? 0 : active.Count(silo => silo.Started > dead.Min(other => other.LastAlive)));
    }

    static bool Is(SiloCondition local, KnownSilo known) => local.Silo.SiloPort == known.Port;
}
