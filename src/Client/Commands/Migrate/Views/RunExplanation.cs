using System.Collections.Immutable;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>Why a run isn't going on, or that it is.</summary>
/// <param name="GoesOn">Whether it does.</param>
/// <param name="Summary">One line.</param>
/// <param name="Blockers">What holds it up, the first thing to see to first.</param>
/// <param name="NextCheck">When it is looked at again by itself, real time; null: not by itself, or any moment.</param>
internal sealed record RunExplanation(bool GoesOn, string Summary, ImmutableArray<RunBlocker> Blockers, UtcTime? NextCheck)
{
    const string Operator = "whoever may order runs (a member of dxy_console)";
    const string Host = "whoever runs the silos";

    // No statement of ours takes longer.
    static readonly TimeSpan MaxPortion = TimeSpan.FromSeconds(60);

    public static RunExplanation Of(RunView view, int silosAlive)
    {
        if (!view.Run.IsUnfinished)
        {
            return new RunExplanation(false, Ended(view), [], null);
        }

        var found = Found(view, silosAlive).ToImmutableArray();
        var next = view.Run is { State: RunState.Running, RetryAt: { } retry } && retry > view.RealNow ? retry : (UtcTime?)null;
        return found.IsEmpty
            ? new RunExplanation(true, $"it is going on: {RunText.AtHand(view)}", found, next)
            : new RunExplanation(
                false,
                $"it isn't going on: {found[0].What}{(found.Length > 1 ? $", and {found.Length - 1} more" : "")}",
                found,
                next
            );
    }

    static string Ended(RunView view) =>
        view.Run.State switch
        {
            RunState.Completed => $"it is completed, since {view.Run.FinishedAt}; what cleanup removed can be brought back "
                + (
                    view.Run.RetentionUntil > view.Now
                        ? $"until {view.Run.RetentionUntil}"
                        : $"until './dxy migrate purge {view.Run.Name}' is given"
                ),
            _ => $"it is {RunWords.Doing(view.Run)}, since {view.Run.FinishedAt}",
        };

    static IEnumerable<RunBlocker> Found(RunView view, int silosAlive)
    {
        var run = view.Run;
        if (run.State == RunState.Paused)
        {
            var order = view.Events.LastOrDefault(one => one.Kind == "paused");
            yield return new RunBlocker(
                "paused",
                $"it was paused{(order is null ? "" : $" by {order.Role}")}",
                "running",
                order is { Detail.Length: > 2 } ? $"paused {order.Detail}" : "paused",
                order?.At,
                Operator,
                "let it go on",
                $"./dxy migrate resume {run.Name}"
            );
            yield break;
        }

        if (run.State == RunState.Failed)
        {
            yield return new RunBlocker(
                "failed",
                $"{Step(run)} failed: {run.Error}",
                "no error",
                $"{run.Error} (attempt {run.Attempts})",
                view.Events.LastOrDefault(one => one.Kind == "failed")?.At,
                Operator,
                "mend the cause and try again, or undo the run",
                $"./dxy migrate retry {run.Name}   or   ./dxy migrate rollback {run.Name}"
            );
            yield break;
        }

        if (silosAlive == 0)
        {
            yield return new RunBlocker(
                "no-silo",
                "no silo is running",
                "at least one silo",
                "none",
                view.LookedAt,
                Host,
                "start one",
                "./dxy up"
            );
        }
        else if (!view.IsAtWork && Silent(view) is { } silent)
        {
            yield return new RunBlocker(
                "silent",
                $"no silo has looked at it for {Durations.Show(silent)}",
                $"a look each {Durations.Show(MaxPortion)} at least",
                view.LookedAt is { } looked ? $"the last at {looked}" : "none yet",
                view.LookedAt,
                Host,
                "see whether the silos carry out runs (their role has to be a member of dxy_migrator) and what their log says",
                "./dxy cluster"
            );
        }

        foreach (var blocker in view.Blockers)
        {
            yield return new RunBlocker(
                "blocked",
                $"a statement of the run waits for {blocker.Who}",
                null,
                blocker.Ours,
                blocker.Since,
                $"whoever runs pid {blocker.Pid}",
                $"let it end, or SELECT pg_terminate_backend({blocker.Pid})",
                null
            );
        }

        if (run.Throttled is { } held && held.StartsWith(StepOutcome.Throttled.Lock, StringComparison.Ordinal))
        {
            yield return new RunBlocker(
                "lock",
                $"it {held}",
                $"the lock within {run.Settings.LockBudgetMs} ms",
                held,
                view.ThrottledSince,
                "whoever runs these sessions",
                "let them end, or SELECT pg_terminate_backend(pid); it is tried again by itself",
                null
            );
        }
        else if (run.Throttled is { } reason)
        {
            yield return new RunBlocker(
                "throttled",
                $"it is held back: {reason}",
                null,
                reason,
                view.ThrottledSince,
                Operator,
                $"wait, or loosen what holds it back; {Durations.Show(view.HeldBack)} in all so far",
                $"./dxy migrate throttle {run.Name}"
            );
        }

        if (run is { Attempts: > 0, Error: { } error })
        {
            yield return new RunBlocker(
                "retrying",
                $"{Step(run)} failed {run.Attempts} times and is tried again: {error}",
                "no error",
                error,
                view.Events.LastOrDefault(one => one.Kind == "attempt failed")?.At,
                Operator,
                "mend the cause; it is tried again by itself",
                $"./dxy migrate retry {run.Name}"
            );
        }

        if (run.WaitingSince is not { } waiting)
        {
            yield break;
        }

        var gates = view.Gates.Where(gate => gate.Phase == run.Phase && gate.Blocks).ToList();
        foreach (var gate in gates)
        {
            yield return Blocked(run, gate);
        }

        if (gates.Count == 0)
        {
            yield return new RunBlocker(
                "waiting",
                $"{Step(run)} waits",
                null,
                null,
                waiting,
                Operator,
                "it looks again by itself",
                $"./dxy migrate retry {run.Name}"
            );
        }
    }

    static RunBlocker Blocked(Run run, GateView gate)
    {
        var command =
            gate.Gate.Name.Contains("approval", StringComparison.Ordinal)
                ? $"./dxy migrate approve "
                    + $"{(run.Phase switch { MigrationPhase.SwitchReads => "cut-over", MigrationPhase.Deploy => "deploy", _ => "cleanup" })} {run.Name}"
            : gate.Gate.Verdict == GateVerdict.Warn ? $"./dxy migrate ack {gate.Gate.Name} {run.Name}"
            : $"./dxy migrate retry {run.Name}";
        var todo = gate.Gate.Unblock
            ?? (gate.Gate.Verdict == GateVerdict.Warn ? "see to it, or accept the warning" : "mend what was observed");
        return new RunBlocker(
            gate.Gate.Name,
            $"the gate {gate.Gate.Name} says {RunWords.Verdict(gate.Gate.Verdict)}",
            gate.Gate.Expected,
            gate.Gate.Observed,
            gate.Since,
            Operator,
            todo,
            command
        )
        {
            Evidence = gate.Gate.Evidence,
        };
    }

    // It was to look again at retry_at and has done nothing since.
    static TimeSpan? Silent(RunView view)
    {
        var due = view.LookedAt is { } looked ? UtcTime.Max(looked, view.Run.RetryAt ?? looked) : (UtcTime?)null;
        var silent = due is { } since ? view.RealNow - since : (view.Now - view.Run.StartedAt) / view.ClockRate;
        return silent > MaxPortion ? silent : null;
    }

    static string Step(Run run) => run.Step.Length == 0 ? "its first step" : run.Step;
}
