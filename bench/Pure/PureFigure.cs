namespace DxyOrleans.Bench.Pure;

/// <summary>One benchmark's figures.</summary>
/// <param name="Name">What was done once.</param>
/// <param name="Nanoseconds">What it took, an iteration each.</param>
public sealed record PureFigure(string Name, IReadOnlyList<double> Nanoseconds);
