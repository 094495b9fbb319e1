namespace DxyOrleans.Grains.Due;

/// <summary>Settings of the pump. Real time.</summary>
public sealed record PollerOptions
{
    /// <summary>How often recorded changes and due work are looked for; 50 ms to 10 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the registry is read again.</summary>
    public TimeSpan RegistryEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the pump runs; tests of single grains turn it off.</summary>
    public bool Enabled { get; init; } = true;
}
