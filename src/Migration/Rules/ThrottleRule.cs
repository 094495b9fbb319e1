using System.Globalization;

namespace DxyOrleans.Migration.Rules;

/// <summary>What was seen of the server before a batch. Null: it could not be seen, which is no reason to hold back.</summary>
/// <param name="LiveLateSeconds">How long the oldest live minute has been waiting to be derived, real seconds; null also when none
/// waits.</param>
/// <param name="LockWaits">Sessions that wait for a lock.</param>
/// <param name="WalMegabytesPerSecond">What the server wrote since the look before.</param>
/// <param name="ReplicaLagSeconds">How far the furthest replica is behind.</param>
public readonly record struct ThrottleSignals(
    double? LiveLateSeconds,
    int? LockWaits,
    double? WalMegabytesPerSecond,
    double? ReplicaLagSeconds
);

/// <summary>When work in batches is held back to spare everybody else.</summary>
public static class ThrottleRule
{
    /// <summary>Why the next batch has to wait, with the figures; null when it hasn't to.</summary>
    public static string? Judge(RunSettings settings, ThrottleSignals signs)
    {
        var reasons = new List<string>();
        if (settings.MaxLiveLateSeconds > 0 && signs.LiveLateSeconds > settings.MaxLiveLateSeconds)
        {
            reasons.Add(
                Say($"a live bar has been waiting for {signs.LiveLateSeconds:0.0} s, more than {settings.MaxLiveLateSeconds:0.###} s")
            );
        }

        if (settings.MaxLockWaits >= 0 && signs.LockWaits > settings.MaxLockWaits)
        {
            reasons.Add(Say($"{signs.LockWaits} sessions wait for a lock, more than {settings.MaxLockWaits}"));
        }

        if (settings.MaxWalMegabytesPerSecond > 0 && signs.WalMegabytesPerSecond > settings.MaxWalMegabytesPerSecond)
        {
            reasons.Add(
                Say(
                    $"the server writes {signs.WalMegabytesPerSecond:0.0} MB of WAL a second, more than {settings.MaxWalMegabytesPerSecond:0.###}"
                )
            );
        }

        if (settings.MaxReplicaLagSeconds > 0 && signs.ReplicaLagSeconds > settings.MaxReplicaLagSeconds)
        {
            reasons.Add(Say($"a replica is {signs.ReplicaLagSeconds:0.0} s behind, more than {settings.MaxReplicaLagSeconds:0.###} s"));
        }

        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
