using DxyOrleans.Core.Time;

namespace DxyOrleans.Membership;

/// <summary>A silo as the membership table knows it; <c>WasVoted</c>: others found that it doesn't answer.</summary>
public sealed record KnownSilo(
    string Cluster,
    string Name,
    string Host,
    string Address,
    int Port,
    int Generation,
    int GatewayPort,
    string State,
    UtcTime Started,
    UtcTime LastAlive,
    int TableVersion,
    UtcTime Now,
    bool WasVoted
)
{
    /// <summary>Whether it was heard within <see cref="Heartbeat.Fresh"/>, by the clock of the server.</summary>
    public bool IsAlive => State == "active" && Now - LastAlive < Heartbeat.Fresh;
}
