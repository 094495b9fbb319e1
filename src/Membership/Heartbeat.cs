namespace DxyOrleans.Membership;

/// <summary>How often a silo tells in the membership table that it lives, and when its silence means that it doesn't. Real time.</summary>
public static class Heartbeat
{
    /// <summary>Of beats in a row.</summary>
    public const int MaxMissed = 3;

    public static TimeSpan Every { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A silo that was heard within this time is alive.</summary>
    public static TimeSpan Fresh { get; } = Every * MaxMissed;
}
