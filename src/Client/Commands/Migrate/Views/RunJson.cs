using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>A run as JSON; the same in every verb that shows one.</summary>
internal static class RunJson
{
    public static void Write(Utf8JsonWriter json, RunView view, IReadOnlyList<IMigrationStep> steps, int silosAlive)
    {
        var run = view.Run;
        json.WriteString("run", run.Name);
        json.WriteString("symbol", run.Symbol.Name);
        json.WriteString("state", RunWords.State(run.State));
        json.WriteString("direction", RunWords.Direction(run.Direction));
        json.WriteNumber("phase", (int)run.Phase);
        json.WriteString("step", run.Step);
        json.WriteString("started_by", run.StartedBy);
        json.Time("started_at", run.StartedAt);
        json.Time("finished_at", run.FinishedAt);
        json.Time("retention_until", run.RetentionUntil);
        json.Time("waiting_since", run.WaitingSince);
        json.Time("next_check_at", run.RetryAt);
        json.Time("looked_at", view.LookedAt);
        json.WriteString("error", run.Error);
        json.WriteNumber("attempts", run.Attempts);
        json.WriteString("throttled", run.Throttled);
        json.Time("throttled_since", view.ThrottledSince);
        json.WriteNumber("held_back_seconds", view.HeldBack.TotalSeconds);
        json.WriteNumber("silos_alive", silosAlive);
        json.Time("now", view.Now);
        Blockers(json, view);
        AtHand(json, view);
        Phases(json, view, steps);
        Steps(json, view);
        Gates(json, view);
        Approvals(json, view);
        Window(json, view);
    }

    public static void Settings(Utf8JsonWriter json, RunView view)
    {
        json.WritePropertyName("settings");
        using var settings = JsonDocument.Parse(view.Run.Settings.ToJson());
        settings.RootElement.WriteTo(json);
    }

    public static void Total(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    static void AtHand(Utf8JsonWriter json, RunView view)
    {
        var rate = view.Run.Throttled is null && view.Run.WaitingSince is null ? StepRate.Of(view) : null;
        json.WriteStartObject("progress");
        json.WriteNumber("done", view.Current?.Done ?? 0);
        Total(json, "total", view.Current?.Total);
        Seconds("rate_per_second", rate?.PerSecond);
        Seconds("left_seconds", rate?.Left.TotalSeconds);
        Seconds("left_seconds_least", rate?.Least.TotalSeconds);
        Seconds("left_seconds_most", rate?.Most.TotalSeconds);
        json.WriteEndObject();

        void Seconds(string name, double? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, Math.Round(number, 3));
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }

    static void Phases(Utf8JsonWriter json, RunView view, IReadOnlyList<IMigrationStep> steps)
    {
        json.Objects("phases", PhaseProgress.Of(view, steps), phase =>
        {
            json.WriteNumber("phase", (int)phase.Phase);
            json.WriteString("title", DxyOrleans.Migration.Rules.MigrationPhases.Title(phase.Phase));
            json.WriteString("state", phase.State);
            json.WriteNumber("steps_done", phase.Done);
            json.WriteNumber("steps", phase.Steps);
            json.WriteNumber("rows", phase.Rows);
            json.Time("began_at", phase.Began);
            json.Time("ended_at", phase.Ended);
        });
    }

    static void Steps(Utf8JsonWriter json, RunView view)
    {
        json.Objects("steps", view.Steps, step =>
        {
            json.WriteString("step", step.Name);
            json.WriteString("state", RunWords.Step(step.State));
            json.WriteNumber("done", step.Done);
            Total(json, "total", step.Total);
            json.Time("began_at", step.StartedAt);
            json.Time("ended_at", step.FinishedAt);
        });
    }

    static void Gates(Utf8JsonWriter json, RunView view)
    {
        json.Objects("gates", view.Gates, gate =>
        {
            json.WriteString("gate", gate.Gate.Name);
            json.WriteNumber("phase", (int)gate.Phase);
            json.WriteString("verdict", RunWords.Verdict(gate.Gate.Verdict));
            json.WriteString("expected", gate.Gate.Expected);
            json.WriteString("observed", gate.Gate.Observed);
            json.WriteString("evidence", gate.Gate.Evidence);
            json.WriteString("unblock", gate.Gate.Unblock);
            json.Time("since", gate.Since);
            json.Time("checked_at", gate.CheckedAt);
            json.WriteString("accepted_by", gate.Accepted?.Role);
            json.WriteString("accepted_note", gate.Accepted?.Note);
        });
    }

    static void Blockers(Utf8JsonWriter json, RunView view)
    {
        json.Objects("blocked_by", view.Blockers, blocker =>
        {
            json.WriteNumber("pid", blocker.Pid);
            json.WriteString("role", blocker.Role);
            json.WriteString("application", blocker.Application);
            json.WriteString("state", blocker.State);
            json.Time("since", blocker.Since);
            json.WriteString("statement", blocker.Statement);
            json.WriteString("ours", blocker.Ours);
        });
    }

    static void Approvals(Utf8JsonWriter json, RunView view)
    {
        json.Objects("approvals", view.Approvals, approval =>
        {
            json.WriteString("kind", approval.Kind);
            json.WriteString("role", approval.Role);
            json.WriteNumber("verification", approval.Verification);
            json.Time("at", approval.At);
            json.Time("expires_at", approval.ExpiresAt);
            json.Time("revoked_at", approval.RevokedAt);
            json.WriteString("revoked_by", approval.RevokedBy);
            json.WriteBoolean("good", approval.HoldsAt(view.Now));
        });
    }

    static void Window(Utf8JsonWriter json, RunView view)
    {
        var samples = view.Samples;
        json.WriteStartObject("window");
        json.WriteNumber("samples", samples.Samples);
        json.WriteNumber("open", samples.Open);
        json.WriteNumber("failed", samples.Failed);
        json.Time("began_at", view.Window.Began);
        json.Time("newest_at", view.Window.Newest);
        json.WriteNumber("hours", view.Window.Length.TotalHours);
        json.WriteNumber("healthy", view.Window.Healthy);
        json.WriteNumber("restarts", view.Window.Restarts);
        json.WriteNumber("hours_wanted", view.Run.Settings.WindowHours);
        json.WriteNumber("healthy_wanted", view.Run.Settings.HealthyMinutes);
        json.WriteEndObject();
    }
}
