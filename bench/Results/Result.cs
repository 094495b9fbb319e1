namespace DxyOrleans.Bench.Results;

/// <summary>What one measurement found.</summary>
/// <param name="Name">The measurement.</param>
/// <param name="Ratios">What counts: multiples of the floor.</param>
/// <param name="Figures">The absolute figures they were made from.</param>
/// <param name="Notes">What a reader has to know to judge them, a sentence each.</param>
internal sealed record Result(string Name, IReadOnlyList<Ratio> Ratios, IReadOnlyList<Samples> Figures, IReadOnlyList<string> Notes);
