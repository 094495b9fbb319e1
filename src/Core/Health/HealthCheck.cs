namespace DxyOrleans.Core.Health;

/// <summary>How well something is. WARN asks for a look, FAIL for action.</summary>
public enum HealthStatus
{
    Pass,
    Warn,
    Fail,
}

/// <summary>One judgement.</summary>
/// <param name="Name">What was looked at: <c>freshness</c>, <c>coverage</c>, …</param>
/// <param name="Subject">Of which symbol, series or thing; empty for the system.</param>
/// <param name="Status">How well it is.</param>
/// <param name="Text">What was seen, with its numbers.</param>
public sealed record HealthCheck(string Name, string Subject, HealthStatus Status, string Text);
