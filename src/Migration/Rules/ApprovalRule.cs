using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>What somebody approved.</summary>
/// <param name="Role">The role that logged in.</param>
/// <param name="Verification">The verification it rests on.</param>
/// <param name="At">When, market time.</param>
/// <param name="ExpiresAt">Until when it is good, market time.</param>
/// <param name="RevokedAt">When it was taken back; null when it wasn't.</param>
/// <param name="RevokedBy">By whom.</param>
public sealed record Approval(
    string Role,
    long Verification,
    UtcTime At,
    UtcTime ExpiresAt,
    UtcTime? RevokedAt = null,
    string? RevokedBy = null
);

/// <summary>Whether what was approved lets a run go on: it has to stand, not to have expired, and to rest on what was verified
/// last.</summary>
public static class ApprovalRule
{
    /// <param name="gate">The gate's name.</param>
    /// <param name="kind"><c>deploy</c> or <c>cleanup</c>.</param>
    /// <param name="approvals">All of the kind, the newest first.</param>
    /// <param name="verification">The newest finished full verification; null when there is none.</param>
    /// <param name="isEqual">Whether it found the tables equal.</param>
    /// <param name="now">Market time.</param>
    /// <param name="startedBy">The role that started the run.</param>
    /// <param name="settings">Of the run.</param>
    public static Gate Judge(
        string gate,
        string kind,
        IReadOnlyList<Approval> approvals,
        long? verification,
        bool isEqual,
        UtcTime now,
        string startedBy,
        RunSettings settings
    )
    {
        var another = settings.ApproverIsNotStarter ? $" of another role than {startedBy}" : "";
        var expected = $"an approval of {kind}{another}, on the newest verification";
        var unblock = $"'migrate approve {kind}', by a role of dxy_approver{another}";
        if (verification is not { } newest || !isEqual)
        {
            return new Gate(
                gate,
                GateVerdict.Fail,
                expected,
                verification is null ? "nothing is verified yet" : $"verification {verification} is not equal",
                null,
                "'migrate verify' once what differs is mended, then " + unblock
            );
        }

        var faults = approvals.Select(approval => (Approval: approval, Fault: Fault(approval, newest, now, startedBy, settings))).ToList();
        return faults.FirstOrDefault(pair => pair.Fault is null).Approval is { } good
            ? Gate.Of(gate, true, expected, $"by {good.Role} at {good.At}, good until {good.ExpiresAt}", $"verification {newest}")
            : new Gate(
                gate,
                GateVerdict.Fail,
                expected,
                faults.Count == 0 ? "there is none yet" : faults[0].Fault!,
                $"verification {newest}",
                unblock
            );
    }

    static string? Fault(Approval approval, long newest, UtcTime now, string startedBy, RunSettings settings) =>
        approval switch
        {
            { RevokedAt: { } at } => $"{approval.Role}'s was revoked by {approval.RevokedBy} at {at}",
            _ when approval.ExpiresAt <= now => $"{approval.Role}'s expired at {approval.ExpiresAt}",
            _ when approval.Verification != newest => $"{approval.Role}'s rests on verification {approval.Verification}; {newest} is newer",
            _ when settings.ApproverIsNotStarter && approval.Role == startedBy =>
                $"{approval.Role} started the run, and may not approve it as well",
            _ => null,
        };
}
