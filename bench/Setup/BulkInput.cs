using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Setup;

/// <summary>What deriving and rolling up in bulk are measured with.</summary>
/// <param name="Range">From the first minute of input to the end of the last.</param>
/// <param name="HoldAsync">Makes the server hold that input with everything derived from it.</param>
/// <param name="PlanEachRound">Whether the plan's function is run in each round; else once, for it takes most of a minute over a
/// year.</param>
/// <param name="Note">Which minutes they are.</param>
internal sealed record BulkInput(
    Func<BenchServer, TimeRange> Range,
    Func<BenchServer, CancellationToken, Task> HoldAsync,
    bool PlanEachRound,
    string Note
)
{
    /// <summary>Three months, as the files have them.</summary>
    public static BulkInput Files { get; } =
        new(
            server => new TimeRange(server.Input.Bars.Min(bar => bar.Time), server.Input.Bars.Max(bar => bar.End)),
            (server, cancellation) => server.HoldDerivedAsync(cancellation),
            PlanEachRound: true,
            "The rows of the files."
        );

    /// <summary>A whole year.</summary>
    public static BulkInput Year { get; } =
        new(
            _ => SimulatedBars.Year,
            (server, cancellation) => server.HoldYearAsync(cancellation),
            PlanEachRound: false,
            "Simulated: every minute of 2020, weekends too, which is 527,040 minutes of six pairs."
        );
}
