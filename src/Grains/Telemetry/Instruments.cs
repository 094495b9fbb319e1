using System.Diagnostics.Metrics;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;

namespace DxyOrleans.Grains.Telemetry;

/// <summary>What the grains measure; see <see cref="TelemetryNames"/>. Nothing is labelled by symbol: there may be thousands.</summary>
public sealed class Instruments
{
    // What is older came late, was imported or corrected: its age says nothing of how fast we are.
    static readonly TimeSpan Live = TimeSpan.FromMinutes(10);

    static readonly string[] Outcomes = [.. Enum.GetValues<BarOutcome>().Select(WordOf)];

    readonly Histogram<double> _barLatency;
    readonly Histogram<double> _tickLatency;
    readonly Counter<long> _bars;
    readonly Histogram<long> _groupSize;
    readonly Histogram<double> _commit;
    readonly Histogram<double> _derive;
    readonly Counter<long> _parked;
    readonly Counter<long> _missed;
    readonly TimeProvider _market;
    BarWriter? _writer;

    /// <param name="meters">The host's.</param>
    /// <param name="market">Market time, of which a bar's age is.</param>
    public Instruments(IMeterFactory meters, TimeProvider market)
    {
        _market = market;
        var meter = meters.Create(TelemetryNames.Source);
        _barLatency = meter.CreateHistogram<double>(TelemetryNames.BarCommitLatency, "s", "From a bar's end to its commit, of live bars.");
        _tickLatency = meter.CreateHistogram<double>(
            TelemetryNames.TickCommitLatency,
            "s",
            "From a minute's last tick to its bar's commit."
        );
        _bars = meter.CreateCounter<long>(TelemetryNames.Bars, "{bar}", "Bars that were offered, by what became of them.");
        _groupSize = meter.CreateHistogram<long>(TelemetryNames.CommitGroupSize, "{bar}", "Bars in one commit.");
        _commit = meter.CreateHistogram<double>(TelemetryNames.CommitDuration, "s", "How long a commit of bars took.");
        _derive = meter.CreateHistogram<double>(TelemetryNames.DeriveDuration, "s", "How long a deriving transaction took.");
        _parked = meter.CreateCounter<long>(TelemetryNames.DeriveParked, "{piece}", "Pieces of deriving that failed.");
        _missed = meter.CreateCounter<long>(TelemetryNames.Missed, "{bar}", "Bars that the sweep found and no trigger had told.");
        meter.CreateObservableGauge(
            TelemetryNames.CommitWaiting,
            () => _writer is { } writer ? [new Measurement<long>(writer.Waiting)] : Array.Empty<Measurement<long>>(),
            "{bar}",
            "Bars that wait for their commit."
        );
    }

    /// <summary>Has the writer's commits measured.</summary>
    public void Watch(BarWriter writer)
    {
        _writer = writer;
        writer.OnCommit = (bars, took) =>
        {
            _groupSize.Record(bars);
            _commit.Record(took.TotalSeconds);
        };
    }

    /// <summary>Counts what became of a pair's bars, and of index minutes that were derived in their commit.</summary>
    public void Written(IReadOnlyList<WrittenBar> written)
    {
        foreach (var (bar, outcome, _) in written)
        {
            _bars.Add(1, Kind("pair"), new(TelemetryNames.Outcome, Outcomes[(int)outcome]));
            if (outcome == BarOutcome.New)
            {
                Committed(bar, "pair");
            }
        }

        foreach (var derived in written.Where(bar => bar.Derived is not null).SelectMany(bar => bar.Derived!.Value))
        {
            _bars.Add(1, Kind("index"), new(TelemetryNames.Outcome, Outcomes[(int)BarOutcome.New]));
            Committed(derived, "index");
        }
    }

    /// <summary>A minute that ticks built was committed.</summary>
    public void TicksCommitted(UtcTime lastTick) => Record(_tickLatency, Now - lastTick);

    /// <summary>Counts what a deriving transaction did.</summary>
    public void Derived(Series target, SliceOutcome outcome, TimeSpan took)
    {
        _derive.Record(took.TotalSeconds, Kind(KindOf(target)));
        Count(target, outcome);
        foreach (var (coarser, done) in outcome.Coarser)
        {
            Count(coarser, done);
        }
    }

    public void SweepFound(int bars) => _missed.Add(bars);

    void Count(Series target, SliceOutcome outcome)
    {
        var kind = KindOf(target);
        foreach (
            var (word, rows) in (ReadOnlySpan<(string, long)>)
                [
                    (Outcomes[(int)BarOutcome.New], outcome.New),
                    (Outcomes[(int)BarOutcome.Changed], outcome.Changed),
                    (Outcomes[(int)BarOutcome.Equal], outcome.Equal),
                    (Outcomes[(int)BarOutcome.InputsGone], outcome.InputsGone),
                    ("pruned", outcome.Pruned),
                    ("skipped", outcome.Skipped.Length),
                ]
        )
        {
            if (rows > 0)
            {
                _bars.Add(rows, Kind(kind), new(TelemetryNames.Outcome, word));
            }
        }

        if (outcome.Parked > 0)
        {
            _parked.Add(outcome.Parked, Kind(kind));
        }

        if (outcome is { New: > 0, Newest: { } newest })
        {
            Committed(newest, kind);
        }
    }

    UtcTime Now => UtcTime.From(_market.GetUtcNow());

    void Committed(Bar bar, string kind) => Record(_barLatency, Now - bar.End, Kind(kind));

    static void Record(Histogram<double> histogram, TimeSpan latency, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (latency >= TimeSpan.Zero && latency <= Live)
        {
            histogram.Record(latency.TotalSeconds, tags);
        }
    }

    static KeyValuePair<string, object?> Kind(string kind) => new(TelemetryNames.Kind, kind);

    static string KindOf(Series target) => target.Timeframe == Timeframe.OneMinute ? "index" : "rollup";

    static string WordOf(BarOutcome outcome) =>
        outcome switch
        {
            BarOutcome.New => "new",
            BarOutcome.Changed => "changed",
            BarOutcome.Equal => "equal",
            BarOutcome.OtherSource => "other_source",
            BarOutcome.InputsGone => "inputs_gone",
            BarOutcome.Sampled => "sampled",
            BarOutcome.Deleted => "deleted",
            BarOutcome.Refused => "refused",
            _ => "other",
        };
}
