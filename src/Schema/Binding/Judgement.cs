namespace DxyOrleans.Schema.Binding;

/// <summary>What a database's tables are to us.</summary>
/// <param name="Binding">How their columns stand for ours.</param>
/// <param name="Refusals">Why we can't work there, a line each; none where we can.</param>
/// <param name="Notes">What a migration would meet, and is to be mended before one.</param>
public sealed record Judgement(HostBinding Binding, IReadOnlyList<string> Refusals, IReadOnlyList<string> Notes)
{
    /// <summary>The refusals in one line; null where there are none.</summary>
    public string? Refusal => Refusals.Count == 0 ? null : $"the host's tables are refused: {string.Join("; ", Refusals)}";
}
