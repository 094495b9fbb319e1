using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>A run in lines, for people.</summary>
internal static class RunText
{
    /// <summary>Who and what: one line.</summary>
    public static string Head(RunView view) =>
        $"{view.Run.Name}: {view.Run.Symbol}/1m, {RunWords.Doing(view.Run)}, phase {RunWords.Phase(view.Run.Phase)}; started "
        + $"{view.Run.StartedAt} by {view.Run.StartedBy}"
        + (view.Run.FinishedAt is { } finished ? $", ended {finished}" : "");

    /// <summary>The step at hand: how far, how fast, how long yet. A number for the time left only while nothing holds the run
    /// back.</summary>
    public static string AtHand(RunView view)
    {
        if (!view.Run.IsUnfinished)
        {
            return "nothing is left to do";
        }

        if (view.Current is not { } step)
        {
            return "not begun";
        }

        var share = step.Total is > 0 and var total
            ? string.Create(CultureInfo.InvariantCulture, $" of {total:N0} ({(double)step.Done / total:P0})")
            : "";
        return $"{step.Name}: {RunWords.Count(step.Done)}{share}{Left(view)}";
    }

    public static string Left(RunView view) =>
        view.Run switch
        {
            { Throttled: { } reason } => $", throttled: {reason}, since {view.ThrottledSince}",
            { State: not RunState.Running } => $", {RunWords.Doing(view.Run)}",
            { WaitingSince: { } since } => $", waits since {since}",
            _ when StepRate.Of(view) is { } rate => string.Create(
                CultureInfo.InvariantCulture,
                $", {rate.PerSecond:N0}/s, {Durations.Show(rate.Left)} left ({Durations.Show(rate.Least)} to {Durations.Show(rate.Most)})"
            ),
            _ => "",
        };

    /// <summary>The window, while there is one.</summary>
    public static string? Window(RunView view) =>
        view.Samples.Samples == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"window: {view.Window.Length.TotalHours:0.0} of {view.Run.Settings.WindowHours:0.#} h, {view.Window.Healthy:N0} of "
                    + $"{view.Run.Settings.HealthyMinutes:N0} healthy minutes, began {view.Window.Began?.ToString() ?? "not yet"}, "
                    + $"begun again {view.Window.Restarts} times; newest "
                    + $"{string.Join(" ", view.Samples.Newest.Select(sample => $"{sample.At.ToString()[11..16]} {RunWords.Verdict(sample.Verdict)}"))}"
            );

    public static TextTable Phases(RunView view, IReadOnlyList<IMigrationStep> steps)
    {
        var table = new TextTable("phase", "state", "steps", "rows", "began", "took").Right(3);
        foreach (var phase in PhaseProgress.Of(view, steps))
        {
            table.Add(
                RunWords.Phase(phase.Phase),
                phase.State,
                $"{phase.Done}/{phase.Steps}",
                RunWords.Count(phase.Rows),
                phase.Began?.ToString() ?? "-",
                phase.Began is { } began ? Durations.Show((phase.Ended ?? view.Now) - began) : "-"
            );
        }

        return table;
    }

    public static IEnumerable<string> Gates(RunView view) =>
        view
            .Gates.Where(gate => gate.Gate.Verdict != GateVerdict.Pass)
            .Select(gate =>
                $"{RunWords.Verdict(gate.Gate.Verdict)}  {gate.Gate.Name}: expected {gate.Gate.Expected}, observed "
                + $"{gate.Gate.Observed}, since {gate.Since}"
                + (gate.Gate.Evidence is { } evidence ? $"; evidence: {evidence}" : "")
                + (gate.Accepted is { } accepted ? $"; accepted by {accepted.Role}{(accepted.Note is { } note ? $" ({note})" : "")}" : "")
            );

    /// <summary>Who is waited for just now, a line each.</summary>
    public static IEnumerable<string> Blockers(RunView view) => view.Blockers.Select(blocker => $"waits for {blocker.Who}");

    public static IEnumerable<string> Approvals(RunView view) =>
        view.Approvals.Select(approval =>
            $"{approval.Kind} approved by {approval.Role} at {approval.At} on verification {approval.Verification}, "
            + (
                approval.RevokedAt is { } revoked
                    ? $"taken back by {approval.RevokedBy} at {revoked}"
                    : $"{(approval.HoldsAt(view.Now) ? "good until" : "expired")} {approval.ExpiresAt}"
            )
        );
}
