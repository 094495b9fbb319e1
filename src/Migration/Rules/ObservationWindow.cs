using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>What a minute of the window looked like.</summary>
/// <param name="Minute">The whole minute it was taken in.</param>
/// <param name="Verdict">The worst of its checks.</param>
/// <param name="IsOpen">Whether the market was.</param>
public readonly record struct WindowSample(UtcTime Minute, GateVerdict Verdict, bool IsOpen);

/// <summary>
/// The window of observation, folded from its samples. Pure: the clock is the samples' own.
/// <list type="bullet">
/// <item>It begins with its first sample, and its length is market time from there to the newest sample.</item>
/// <item>A PASS of an open market is a healthy minute. Nothing else is: no WARN, no closed market, no minute without a sample.</item>
/// <item>A run of failure is counted in open-market minutes that FAIL. Only an open-market PASS ends it: a weekend, a WARN or a minute
/// without a sample neither adds to it nor breaks it. Once it is longer than allowed, the window begins again, with the PASS that ends the
/// run.</item>
/// <item>A minute without a sample (every silo down) is no failure, however many there are: what was derived later is judged by the samples
/// that follow.</item>
/// </list>
/// </summary>
public sealed record ObservationWindow
{
    public static ObservationWindow Empty { get; } = new();

    /// <summary>Its first minute; null before the first sample, and from a failure that was too long until the PASS that ends it.</summary>
    public UtcTime? Began { get; init; }

    /// <summary>The newest sample's minute; null before the first.</summary>
    public UtcTime? Newest { get; init; }

    /// <summary>Healthy minutes since it began.</summary>
    public int Healthy { get; init; }

    /// <summary>Samples of an open market since it began.</summary>
    public int Sampled { get; init; }

    /// <summary>Open-market minutes of the run of failure under way; 0 while there is none.</summary>
    public int Failing { get; init; }

    /// <summary>How often it had to begin again.</summary>
    public int Restarts { get; init; }

    /// <summary>Market time from its beginning to the newest sample.</summary>
    public TimeSpan Length => Began is { } began && Newest is { } newest ? newest - began : TimeSpan.Zero;

    /// <summary>Open-market minutes since it began, the newest sample's included, for which there is no sample.</summary>
    /// <param name="calendar">When bars of the symbol are expected. A minute sampled under another calendar than now may make up for
    /// one without.</param>
    public int Missing(MarketCalendar calendar) =>
        Began is { } began && Newest is { } newest
            ? Math.Max(0, calendar.ExpectedMinutes(new TimeRange(began, newest + Timeframe.OneMinute)) - Sampled)
            : 0;

    public static ObservationWindow Over(IEnumerable<WindowSample> samples, int failMinutes) =>
        samples.Aggregate(Empty, (window, sample) => window.Add(sample, failMinutes));

    /// <summary>The window with one more sample.</summary>
    /// <param name="sample">Later than the newest.</param>
    /// <param name="failMinutes">How long a run of failure may be, in open-market minutes.</param>
    /// <exception cref="ArgumentException">Not later than the newest sample.</exception>
    public ObservationWindow Add(WindowSample sample, int failMinutes)
    {
        if (sample.Minute <= Newest)
        {
            throw new ArgumentException($"Samples have to ascend; {sample.Minute} follows {Newest}.", nameof(sample));
        }

        // Only before the first sample there is neither a beginning nor a failure.
        var window = this with { Newest = sample.Minute, Began = Began ?? (Failing == 0 ? sample.Minute : null) };
        if (!sample.IsOpen)
        {
            return window;
        }

        if (sample.Verdict == GateVerdict.Pass)
        {
            return window with { Began = window.Began ?? sample.Minute, Failing = 0, Healthy = Healthy + 1, Sampled = Sampled + 1 };
        }

        var failing = Failing + (sample.Verdict == GateVerdict.Fail ? 1 : 0);
        return failing > failMinutes
            ? window with
            {
                Began = null,
                Healthy = 0,
                Sampled = 0,
                Failing = failing,
                Restarts = Restarts + (window.Began is null ? 0 : 1),
            }
            : window with
            {
                Failing = failing,
                Sampled = Sampled + 1,
            };
    }

    /// <summary>Why the window isn't reached yet, a sentence each; empty when it is.</summary>
    public IReadOnlyList<string> Lacking(RunSettings settings)
    {
        var lacking = new List<string>();
        if (Began is null)
        {
            lacking.Add(
                Newest is null
                    ? "no sample was taken yet"
                    : $"it failed for {Failing} minutes of open market, and begins again when that ends"
            );
        }
        else if (Failing > 0)
        {
            lacking.Add($"it has been failing for {Failing} minutes of open market");
        }

        if (Length < TimeSpan.FromHours(settings.WindowHours))
        {
            lacking.Add(FormattableString.Invariant($"{Length.TotalHours:0.0} of {settings.WindowHours:0.##} hours have passed"));
        }

        if (Healthy < settings.HealthyMinutes)
        {
            lacking.Add(FormattableString.Invariant($"{Healthy} of {settings.HealthyMinutes} minutes of open market were healthy"));
        }

        return lacking;
    }
}
