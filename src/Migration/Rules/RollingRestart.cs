using System.Collections.Immutable;

namespace DxyOrleans.Migration.Rules;

/// <summary>A silo as the membership table shows it.</summary>
/// <param name="Endpoint">Address and port, like <c>127.0.0.1:11111</c>: what stays when it starts again.</param>
/// <param name="Generation">Grows with every start at an endpoint.</param>
/// <param name="IsActive">In the cluster, and heard of lately.</param>
public readonly record struct SiloMember(string Endpoint, int Generation, bool IsActive)
{
    /// <summary>Like <c>127.0.0.1:11111@152234</c>.</summary>
    public string Name => $"{Endpoint}@{Generation}";
}

/// <summary>What a rolling restart does next.</summary>
public enum RestartMove
{
    /// <summary>The current silo is asked to restart.</summary>
    Ask,

    /// <summary>The current silo is back (or was gone before it was asked): the next one's turn.</summary>
    Next,

    /// <summary>It was asked and still runs.</summary>
    WaitForStop,

    /// <summary>It stopped and isn't back.</summary>
    WaitForStart,

    /// <summary>It is back, and the newest bar isn't there yet.</summary>
    WaitForBar,

    /// <summary>All had their turn.</summary>
    Done,
}

/// <summary>A restart of silos one after the other; what is stored of it between two looks.</summary>
/// <param name="Silos">Those that were in the cluster when it began, by name.</param>
/// <param name="Current">Whose turn it is, from 0.</param>
/// <param name="Asked">Whether it was asked.</param>
public sealed record RollingRestart(ImmutableArray<string> Silos, int Current, bool Asked)
{
    public static RollingRestart Of(IEnumerable<SiloMember> members) =>
        new([.. members.Where(member => member.IsActive).Select(member => member.Name).Order(StringComparer.Ordinal)], 0, false);

    /// <summary>The silo whose turn it is; null when all had theirs.</summary>
    public string? Silo => Current < Silos.Length ? Silos[Current] : null;

    /// <param name="members">The membership table now.</param>
    /// <param name="barIsThere">Whether the newest bar that is due is stored.</param>
    public RestartMove Decide(IEnumerable<SiloMember> members, bool barIsThere)
    {
        if (Silo is not { } silo)
        {
            return RestartMove.Done;
        }

        var at = silo.LastIndexOf('@');
        var (endpoint, generation) = (silo[..at], int.Parse(silo[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        var here = members.Where(member => member.IsActive && member.Endpoint == endpoint && member.Generation >= generation).ToList();
        return here switch
        {
            _ when here.Exists(member => member.Generation > generation) => barIsThere ? RestartMove.Next : RestartMove.WaitForBar,
            [] => Asked ? RestartMove.WaitForStart : RestartMove.Next,
            _ => Asked ? RestartMove.WaitForStop : RestartMove.Ask,
        };
    }

    /// <summary>After the current silo was asked.</summary>
    public RollingRestart WithAsked() => this with { Asked = true };

    /// <summary>The next silo's turn.</summary>
    public RollingRestart WithNext() => this with { Current = Current + 1, Asked = false };
}
