namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Where a silo runs and is asked for its health.</summary>
/// <param name="Host">The IP address of its HTTP port.</param>
/// <param name="Before">What its command is preceded by.</param>
public sealed record SiloPlace(string Host, IReadOnlyList<string> Before)
{
    public static SiloPlace Here { get; } = new("127.0.0.1", []);
}
