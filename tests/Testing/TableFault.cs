namespace DxyOrleans.Testing;

/// <summary>What <see cref="TableChecker"/> found wrong.</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Count">How many bars, rows or logs.</param>
/// <param name="First">The first of them.</param>
public sealed record TableFault(string Kind, int Count, string First)
{
    public const string Lost = "lost";
    public const string Twice = "stands twice";

    public override string ToString() => $"{Kind} ({Count}): {First}";
}
