namespace DxyOrleans.Core.Gates;

/// <summary>What a gate says. Order matters: the worst of several is their maximum.</summary>
public enum GateVerdict
{
    Pass,

    /// <summary>Could not be seen, or needs somebody's consent: not a reason to fail, never a reason to pass.</summary>
    Warn,
    Fail,
}

/// <summary>One condition of going on, with what was expected and what was seen.</summary>
/// <param name="Name">A stable name for programs and for accepting a warning, like <c>pre-flight/duplicates</c>.</param>
/// <param name="Verdict">Whether it holds.</param>
/// <param name="Expected">What would pass.</param>
/// <param name="Observed">What was seen.</param>
/// <param name="Evidence">What proves it: a query that anybody can run, a verification's number; null when <paramref name="Observed"/> says
/// all.</param>
/// <param name="Unblock">Who can do what about it; null when it passes.</param>
public sealed record Gate(
    string Name,
    GateVerdict Verdict,
    string Expected,
    string Observed,
    string? Evidence = null,
    string? Unblock = null
)
{
    /// <summary>A gate that passes or fails.</summary>
    public static Gate Of(string name, bool holds, string expected, string observed, string? evidence = null, string? unblock = null) =>
        new(name, holds ? GateVerdict.Pass : GateVerdict.Fail, expected, observed, evidence, holds ? null : unblock);
}
