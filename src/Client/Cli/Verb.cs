using System.CommandLine;

namespace DxyOrleans.Client.Cli;

/// <summary>A verb of the console: its arguments, and what it does with them.</summary>
internal abstract class Verb : Command
{
    /// <param name="name">As it is typed.</param>
    /// <param name="description">What it does, a sentence.</param>
    /// <param name="example">A call that works, shown by <c>--help</c>.</param>
    protected Verb(string name, string description, string example)
        : base(name, description) => Example = $"./dxy {example}";

    public string Example { get; }

    /// <summary>Does it; the exit code.</summary>
    public abstract Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation);
}
