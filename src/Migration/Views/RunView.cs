using System.Collections.Immutable;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Views;

/// <summary>What is known of a run, as one snapshot of the database shows it.</summary>
public sealed record RunView
{
    public required Run Run { get; init; }

    /// <summary>Market time when it was read.</summary>
    public required UtcTime Now { get; init; }

    /// <summary>Real time when it was read, the server's.</summary>
    public required UtcTime RealNow { get; init; }

    /// <summary>Market seconds in a real one.</summary>
    public double ClockRate { get; init; } = 1;

    public UtcTime? ThrottledSince { get; init; }

    /// <summary>How long it was held back in all, real time.</summary>
    public TimeSpan HeldBack { get; init; }

    /// <summary>Real time: when whoever carries it out last worked on it or looked; null: never.</summary>
    public UtcTime? LookedAt { get; init; }

    /// <summary>The last event of its log and that event's hash, as the run's row has them.</summary>
    public long LogSeq { get; init; }

    public ImmutableArray<byte> LogHash { get; init; } = [];

    /// <summary>In the order they were begun.</summary>
    public ImmutableArray<StepView> Steps { get; init; } = [];

    public ImmutableArray<GateView> Gates { get; init; } = [];

    public ImmutableArray<ApprovalView> Approvals { get; init; } = [];

    /// <summary>The newest batches of the step at hand, oldest first.</summary>
    public ImmutableArray<BatchView> Batches { get; init; } = [];

    public ImmutableArray<ConflictCount> Conflicts { get; init; } = [];

    public ImmutableArray<VerificationView> Verifications { get; init; } = [];

    /// <summary>The newest events, oldest first.</summary>
    public ImmutableArray<EventView> Events { get; init; } = [];

    public SampleCounts Samples { get; init; } = new(0, 0, 0, 0, null, null, []);

    /// <summary>The window of observation, from the samples.</summary>
    public ObservationWindow Window { get; init; } = ObservationWindow.Empty;

    /// <summary>What the run's statements wait for just now.</summary>
    public ImmutableArray<BlockerView> Blockers { get; init; } = [];

    /// <summary>Whether a session is in a transaction of the run's just now, or builds an index for it.</summary>
    public bool IsAtWork { get; init; }

    /// <summary>The step at hand; null before the first and when it has no progress yet.</summary>
    public StepView? Current => Steps.FirstOrDefault(step => step.Name == Run.Step);
}

/// <summary>A step's progress; times are market time.</summary>
public sealed record StepView(
    string Name,
    MigrationPhase Phase,
    StepState State,
    long Done,
    long? Total,
    UtcTime StartedAt,
    UtcTime? FinishedAt,
    string Checkpoint
);

/// <summary>The newest verdict of a gate, and who accepted its warning.</summary>
public sealed record GateView(Gate Gate, MigrationPhase Phase, UtcTime Since, UtcTime CheckedAt, Acceptance? Accepted)
{
    /// <summary>Whether it holds the run back.</summary>
    public bool Blocks => Gate.Verdict == GateVerdict.Fail || (Gate.Verdict == GateVerdict.Warn && Accepted is null);
}

/// <summary>Who accepted a warning.</summary>
public sealed record Acceptance(string Role, UtcTime At, string? Note);

/// <summary>An approval, by whom and on which verification.</summary>
public sealed record ApprovalView(
    string Kind,
    string Role,
    long Verification,
    UtcTime At,
    UtcTime ExpiresAt,
    UtcTime? RevokedAt,
    string? RevokedBy
)
{
    public bool HoldsAt(UtcTime now) => RevokedAt is null && now < ExpiresAt;
}

/// <summary>A batch of the ledger. <paramref name="Rows"/> is its share of what the step dealt with; <paramref name="Took"/> is real time,
/// <paramref name="At"/> market time.</summary>
public sealed record BatchView(double Rows, TimeSpan Took, UtcTime At);

/// <summary>Conflicts of a class that went the same way; no resolution: open.</summary>
public sealed record ConflictCount(string Class, string? Resolution, long Count);

/// <summary>A session that a statement of the run's waits for. What the reader may not see is null.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Role">Who logged in.</param>
/// <param name="Application">As it names itself.</param>
/// <param name="State">What it does, such as <c>idle in transaction</c>.</param>
/// <param name="Since">Real time: since when its transaction is open.</param>
/// <param name="Statement">Its newest.</param>
/// <param name="Ours">What waits.</param>
public sealed record BlockerView(int Pid, string? Role, string? Application, string? State, UtcTime? Since, string? Statement, string? Ours)
{
    public string Who =>
        $"pid {Pid} ({Role ?? "unknown"}, {Application ?? "no name"}{(State is null ? "" : ", " + State)})"
        + (Since is { } since ? $" since {since}" : "")
        + (Statement is null ? "" : $": {Statement}");
}

/// <summary>A comparison of the two tables.</summary>
public sealed record VerificationView(
    long Id,
    string Scope,
    string State,
    long Compared,
    long Missing,
    long Extra,
    long Different,
    long Explained,
    string Role,
    UtcTime StartedAt,
    UtcTime? FinishedAt
);

/// <summary>An event of the log.</summary>
public sealed record EventView(long Seq, UtcTime At, string Role, string Kind, string Detail);

/// <summary>The window's samples in numbers, and the newest of them.</summary>
public sealed record SampleCounts(
    long Samples,
    long Open,
    long Healthy,
    long Failed,
    UtcTime? First,
    UtcTime? Last,
    ImmutableArray<SampleView> Newest
);

/// <summary>One sample of the window.</summary>
public sealed record SampleView(UtcTime At, GateVerdict Verdict, bool Open, string Checks);
