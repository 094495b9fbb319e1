using System.Collections.Immutable;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>The host's programs as a rehearsal plays them, under a login of the host's own.</summary>
internal interface IHostProgram
{
    /// <summary>What is played, for people.</summary>
    string Name { get; }

    /// <summary>Stores the pairs' bars of some minutes, and derives the index for them unless that is over.</summary>
    /// <returns>Bars and minutes of the index written, as far as they are known.</returns>
    /// <exception cref="Npgsql.PostgresException">The server refused a statement.</exception>
    /// <exception cref="HostProgramException">A program failed.</exception>
    Task<(long Bars, long Derived)> PlayAsync(ImmutableArray<Bar> bars, bool derive, CancellationToken cancellation);
}

/// <summary>A program of the host's failed: its own words, and the server's code where it told it.</summary>
internal sealed class HostProgramException(string message, string? sqlState) : Exception(message)
{
    public string? SqlState => sqlState;
}
