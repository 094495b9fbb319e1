using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>
/// Sees a run through as the people of a host would: tells how it goes, accepts warnings, approves when it waits for that, and stops the
/// old writers when it is their time. It moves nothing itself: every gate is the run's own.
/// </summary>
/// <param name="database">The rehearsal's.</param>
/// <param name="name">The run.</param>
/// <param name="writers">The host's programs.</param>
/// <param name="derivesUntil">The old deriver isn't stopped before that market time.</param>
/// <param name="rate">How fast market time runs.</param>
/// <param name="tell">Gets a line a time.</param>
/// <param name="realTime">Looks and patience.</param>
internal sealed class RehearsalRun(
    NpgsqlDataSource database,
    string name,
    LegacyWriters writers,
    UtcTime derivesUntil,
    double rate,
    Action<string> tell,
    TimeProvider realTime
)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // A run in which nothing moves for that long is given up: some waits are of market time, others of real time.
    static readonly TimeSpan MinPatience = TimeSpan.FromSeconds(120);
    static readonly TimeSpan MarketPatience = TimeSpan.FromMinutes(45);

    readonly RunOrders _orders = new(database);
    readonly RunViewReader _reader = new(database);
    readonly HashSet<string> _told = [];
    readonly TimeSpan _patience = MarketPatience / rate > MinPatience ? MarketPatience / rate : MinPatience;
    bool _stopped;

    /// <summary>Warnings accepted so far.</summary>
    public List<string> Accepted { get; } = [];

    /// <summary>Why it was given up; null when it wasn't.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>Returns when the run is over, has failed, or stands still for too long.</summary>
    public async Task<RunView> FollowAsync(CancellationToken cancellation)
    {
        var (last, since) = ("", realTime.GetTimestamp());
        while (true)
        {
            var view = await _reader.ReadAsync(name, cancellation) ?? throw new InvalidOperationException($"The run {name} is gone.");
            Tell(view);
            if (view.Run.State is not RunState.Running)
            {
                GivenUp = view.Run.State == RunState.Failed ? $"{view.Run.Step} failed: {view.Run.Error}" : null;
                return view;
            }

            if (writers.Ended is { } ended)
            {
                GivenUp = $"{ended}, while the run is at {view.Run.Step}";
                return view;
            }

            await StopWritersAsync(view, cancellation);
            await AcceptAsync(view, cancellation);
            await ApproveAsync(view, cancellation);
            var now = Signature(view);
            if (now != last || !FxWeek.IsOpen(view.Now))
            {
                (last, since) = (now, realTime.GetTimestamp());
            }
            else if (realTime.GetElapsedTime(since) > _patience)
            {
                GivenUp = $"{view.Run.Step} stands still for {Durations.Show(_patience)}: {Standing(view)}";
                return view;
            }

            await Task.Delay(Look, realTime, cancellation);
        }
    }

    void Tell(RunView view)
    {
        foreach (var phase in PhaseProgress.Of(view, MigrationSteps.All))
        {
            if (phase.State == "done" && _told.Add($"{phase.Phase} done"))
            {
                tell(
                    $"{RunWords.Phase(phase.Phase), -15} done in {Durations.Show((phase.Ended - phase.Began) / view.ClockRate ?? default)}"
                        + $" ({Durations.Show(phase.Ended - phase.Began ?? default)} of market "
                        + $"time){(phase.Rows > 0 ? $", {RunWords.Count(phase.Rows)} rows" : "")}"
                );
            }
        }

        foreach (
            var done in view.Events.Where(done =>
                done.Kind is "silo restarted" or "attempt failed" or "failed" && _told.Add($"event {done.Seq}")
            )
        )
        {
            tell($"  {done.Kind} {done.Detail}");
        }

        if (
            view.Samples.Samples / 360 is var quarter
            && quarter > 0
            && _told.Add($"samples {quarter}")
            && RunText.Window(view) is { } window
        )
        {
            tell($"  {window}");
        }
    }

    // What the host's people do when the migration says that the old writers have to be stopped.
    async Task StopWritersAsync(RunView view, CancellationToken cancellation)
    {
        var reached =
            view.Run.Settings.LegacyWriters == DxyOrleans.Migration.Rules.LegacyWriters.Mirrored
                ? view.Run.Phase >= MigrationPhase.CleanUp
                : view.Steps.Any(step => step is { Name: "derive/ownership", State: StepState.Done });
        if (!_stopped && reached && view.Now >= derivesUntil)
        {
            await writers.StopDerivingAsync(cancellation);
            _stopped = true;
            tell($"  the old deriver is stopped at {view.Now} after {writers.Derived} minutes of its own");
        }
    }

    async Task AcceptAsync(RunView view, CancellationToken cancellation)
    {
        foreach (
            var warned in view.Gates.Where(gate =>
                gate is { Gate.Verdict: GateVerdict.Warn, Accepted: null } && gate.Phase == view.Run.Phase
            )
        )
        {
            if (await OrderAsync(() => _orders.AcceptAsync(name, warned.Gate.Name, "accepted for a rehearsal", cancellation)))
            {
                Accepted.Add($"{warned.Gate.Name}: {warned.Gate.Observed}");
                tell($"  accepted {warned.Gate.Name}: {warned.Gate.Observed}");
            }
        }
    }

    async Task ApproveAsync(RunView view, CancellationToken cancellation)
    {
        var kind = view.Run.Step switch
        {
            "deploy/approval" => "deploy",
            "observe/approval" => "cleanup",
            _ => null,
        };
        if (
            kind is not null
            && view.Run.WaitingSince is not null
            && !view.Approvals.Any(approval => approval.Kind == kind && approval.HoldsAt(view.Now))
            && await OrderAsync(async () =>
                tell($"  approved {kind}, on verification {await _orders.ApproveAsync(name, kind, cancellation)}")
            )
        )
        {
            _told.Add(kind);
        }
    }

    // What is refused now may be allowed at the next look.
    async Task<bool> OrderAsync(Func<Task> order)
    {
        try
        {
            await order();
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == RunOrders.Refused)
        {
            if (_told.Add(refused.MessageText))
            {
                tell($"  not yet: {refused.MessageText}");
            }

            return false;
        }
    }

    static string Signature(RunView view) =>
        $"{view.Run.State} {view.Run.Phase} {view.Run.Step} {view.LogSeq} {view.Samples.Healthy} {view.Steps.Sum(step => step.Done)} "
        + $"{string.Join(' ', view.Gates.Select(gate => $"{gate.Gate.Name} {gate.Gate.Verdict}"))}";

    static string Standing(RunView view) =>
        view
            .Gates.Where(gate => gate.Blocks)
            .Select(gate => $"{gate.Gate.Name}: expected {gate.Gate.Expected}, observed {gate.Gate.Observed}")
            .DefaultIfEmpty("no gate says why")
            .Aggregate((one, other) => $"{one}; {other}");
}
