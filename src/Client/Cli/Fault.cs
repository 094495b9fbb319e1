namespace DxyOrleans.Client.Cli;

/// <summary>Why a call ended badly, for people and for programs.</summary>
/// <param name="ExitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="Code">A stable word for programs, like <c>unknown-symbol</c>.</param>
/// <param name="What">What was wrong, a sentence without its full stop.</param>
/// <param name="Where">The file and line, symbol and time, or address it is about; null when <paramref name="What"/> says it.</param>
/// <param name="Todo">What to do about it; null when there is nothing.</param>
internal sealed record Fault(int ExitCode, string Code, string What, string? Where = null, string? Todo = null)
{
    public static Fault Usage(string what, string? todo = null) => new(Cli.ExitCode.Usage, "usage", what, null, todo);

    public static Fault Gate(string gate, string what, string? where = null, string? todo = null) =>
        new(Cli.ExitCode.Refused, gate, what, where, todo);

    public static Fault UnknownSymbol(string symbol, IEnumerable<string> known) =>
        new(
            Cli.ExitCode.Usage,
            "unknown-symbol",
            $"{symbol} is not in the registry",
            null,
            $"there are {string.Join(", ", known)}; add one with './dxy symbols add FILE'"
        );

    public FaultException ToException() => new(this);
}

/// <summary>Ends a verb with a <see cref="Fault"/>.</summary>
internal sealed class FaultException(Fault fault) : Exception(fault.What)
{
    public Fault Fault { get; } = fault;
}
