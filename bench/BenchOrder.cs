namespace DxyOrleans.Bench;

/// <summary>What a call of the bench asks for.</summary>
/// <param name="Names">The measurements; none: all that aren't measured only when named.</param>
/// <param name="List">Only their names.</param>
/// <param name="Json">One document on standard output.</param>
/// <param name="Repeat">Rounds of each; null: its own number.</param>
/// <param name="Save">Where to write the document as well.</param>
/// <param name="Baseline">A document of an earlier run to compare with.</param>
internal sealed record BenchOrder(IReadOnlyList<string> Names, bool List, bool Json, int? Repeat, string? Save, string? Baseline);
