using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class ExplanationTests
{
    static readonly UtcTime Now = UtcTime.At(2024, 11, 5, 10);

    static readonly Run Run = new()
    {
        Name = "one",
        Symbol = Symbol.Parse("DXY"),
        State = RunState.Running,
        Direction = RunDirection.Forward,
        Phase = MigrationPhase.Copy,
        Step = "copy/bars",
        Version = 7,
        Settings = new RunSettings(),
        Target = "{}",
        StartedBy = "ann",
        StartedAt = Now - TimeSpan.FromHours(1),
    };

    static readonly RunView View = new()
    {
        Run = Run,
        Now = Now,
        RealNow = Now,
        LookedAt = Now - TimeSpan.FromSeconds(1),
    };

    [Fact]
    public void A_run_that_works_is_said_to_go_on_with_its_rate()
    {
        var view = View with
        {
            Steps = [new StepView("copy/bars", MigrationPhase.Copy, StepState.Started, 4000, 8000, Now, null, "{}")],
            Batches = [.. Enumerable.Range(0, 4).Select(i => new BatchView(1000, TimeSpan.FromSeconds(1), Now + TimeSpan.FromSeconds(i)))],
        };
        var why = RunExplanation.Of(view, 1);
        Assert.True(why.GoesOn);
        Assert.Contains("4,000 of 8,000", why.Summary, StringComparison.Ordinal);
        Assert.Contains("1,000/s, 4.0 s left", why.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pause_is_told_by_whom_and_how_to_end_it()
    {
        var why = Why(
            View with
            {
                Run = Run with { State = RunState.Paused },
                Events = [new EventView(3, Now, "bob", "paused", """{"reason": "month end"}""")],
            }
        );
        Assert.Equal(("paused", "./dxy migrate resume one", Now), (why.Code, why.Command, why.Since!.Value));
        Assert.Contains("bob", why.What, StringComparison.Ordinal);
        Assert.Contains("month end", why.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_told_with_its_error_and_both_ways_out()
    {
        var why = Why(View with { Run = Run with { State = RunState.Failed, Error = "disk full", Attempts = 8 } });
        Assert.Contains("copy/bars failed: disk full", why.What, StringComparison.Ordinal);
        Assert.Contains("migrate retry one", why.Command, StringComparison.Ordinal);
        Assert.Contains("migrate rollback one", why.Command, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_silo_nobody_carries_it_out() =>
        Assert.Equal(("no-silo", "./dxy up"), (Why(View, silos: 0).Code, Why(View, silos: 0).Command));

    [Fact]
    public void A_silo_that_has_not_looked_for_longer_than_a_portion_takes_is_told_and_one_that_said_when_it_will_is_not()
    {
        var silent = View with { LookedAt = Now - TimeSpan.FromSeconds(90) };
        Assert.Contains("for 1 min 30 s", Why(silent).What, StringComparison.Ordinal);
        Assert.True(RunExplanation.Of(silent with { Run = Run with { RetryAt = Now - TimeSpan.FromSeconds(5) } }, 1).GoesOn);
        Assert.Equal("silent", Why(View with { LookedAt = null }).Code);
        Assert.True(
            RunExplanation.Of(View with { LookedAt = null, Run = Run with { StartedAt = Now - TimeSpan.FromSeconds(2) } }, 1).GoesOn
        );
    }

    [Fact]
    public void A_gate_that_fails_is_told_with_expected_observed_since_and_what_unblocks_it()
    {
        var why = Why(Waiting(new Gate("copy/conflicts", GateVerdict.Fail, "0", "3 different", null, "choose a policy")));
        Assert.Equal(
            ("copy/conflicts", "0", "3 different", "choose a policy", Now),
            (why.Code, why.Expected, why.Observed, why.Todo, why.Since!.Value)
        );
        Assert.Equal("./dxy migrate retry one", why.Command);
    }

    [Fact]
    public void A_warning_wants_to_be_accepted_and_an_approval_to_be_given()
    {
        Assert.Equal("./dxy migrate ack copy/partials one", Why(Waiting(new Gate("copy/partials", GateVerdict.Warn, "0", "2"))).Command);
        var deploy = Waiting(new Gate("deploy/approval", GateVerdict.Fail, "an approval", "none"), MigrationPhase.Deploy);
        Assert.Equal("./dxy migrate approve deploy one", Why(deploy).Command);
        var cleanup = Waiting(new Gate("observe/approval", GateVerdict.Fail, "an approval", "none"), MigrationPhase.Observe);
        Assert.Equal("./dxy migrate approve cleanup one", Why(cleanup).Command);
    }

    [Fact]
    public void What_was_accepted_what_passes_and_other_phases_gates_hold_nothing_up()
    {
        var view = Waiting(new Gate("copy/partials", GateVerdict.Warn, "0", "2"));
        view = view with
        {
            Gates =
            [
                view.Gates[0] with
                {
                    Accepted = new Acceptance("ann", Now, null),
                },
                Seen(new Gate("pre-flight/space", GateVerdict.Fail, "2", "1"), MigrationPhase.PreFlight),
            ],
        };
        Assert.Equal("waiting", Why(view).Code);
    }

    [Fact]
    public void Being_held_back_is_told_with_the_reason_and_never_with_a_time_left()
    {
        var view = View with
        {
            Run = Run with { Throttled = "live bars are 7 s late" },
            ThrottledSince = Now,
            HeldBack = TimeSpan.FromSeconds(12),
        };
        var why = RunExplanation.Of(view, 1);
        Assert.Equal("throttled", why.Blockers.Single().Code);
        Assert.Contains("12 s in all", why.Blockers.Single().Todo, StringComparison.Ordinal);
        Assert.DoesNotContain("left", RunText.AtHand(view), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_that_failed_is_told_with_when_the_next_comes()
    {
        var why = RunExplanation.Of(
            View with
            {
                Run = Run with { Attempts = 2, Error = "lock not available", RetryAt = Now + TimeSpan.FromSeconds(4) },
            },
            1
        );
        Assert.Equal(("retrying", Now + TimeSpan.FromSeconds(4)), (why.Blockers.Single().Code, why.NextCheck!.Value));
    }

    [Fact]
    public void A_run_that_ended_waits_for_nothing()
    {
        var why = RunExplanation.Of(
            View with
            {
                Run = Run with { State = RunState.Completed, FinishedAt = Now, RetentionUntil = Now + TimeSpan.FromDays(30) },
            },
            0
        );
        Assert.Empty(why.Blockers);
        Assert.Contains("brought back until 2024-12-05", why.Summary, StringComparison.Ordinal);
    }

    static RunBlocker Why(RunView view, int silos = 1)
    {
        var why = RunExplanation.Of(view, silos);
        Assert.False(why.GoesOn);
        return why.Blockers.Single();
    }

    static RunView Waiting(Gate gate, MigrationPhase phase = MigrationPhase.Copy) =>
        View with
        {
            Run = Run with { Phase = phase, WaitingSince = Now, RetryAt = Now + TimeSpan.FromSeconds(30) },
            Gates = [Seen(gate, phase)],
        };

    static GateView Seen(Gate gate, MigrationPhase phase) => new(gate, phase, Now, Now, null);
}
