namespace DxyOrleans.Storage.Deriving;

/// <summary>Settings of deriving and rolling up.</summary>
public sealed record DerivingOptions
{
    /// <summary>How long after its end a bucket (or a minute of deriving version 2) is emitted, so that bars on their way still count. Market time, 0 s to 1 min.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);
}
