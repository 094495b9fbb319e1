using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>Something that holds a run up, and who can do what about it.</summary>
/// <param name="Code">A stable word for programs: the gate's name, or what it is.</param>
/// <param name="What">A sentence.</param>
/// <param name="Expected">What would pass; null when <paramref name="What"/> says all.</param>
/// <param name="Observed">What was seen.</param>
/// <param name="Since">Since when.</param>
/// <param name="Who">Who can do something about it.</param>
/// <param name="Todo">What.</param>
/// <param name="Command">The call that does it; null where none of ours does.</param>
internal sealed record RunBlocker(
    string Code,
    string What,
    string? Expected,
    string? Observed,
    UtcTime? Since,
    string Who,
    string Todo,
    string? Command
)
{
    /// <summary>What proves it: a query that anybody can run, a verification's number.</summary>
    public string? Evidence { get; init; }
}
