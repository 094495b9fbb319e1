using System.CommandLine;
using DxyOrleans.Client.Cli;

namespace DxyOrleans.Client.Commands.Scripts;

/// <summary>A verb that the entry script does itself, listed here so that <c>--help</c> tells of it.</summary>
internal sealed class ScriptVerb : Verb
{
    public ScriptVerb(string name, string description, string example)
        : base(name, description, example) => TreatUnmatchedTokensAsErrors = false;

    public override Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation) =>
        throw Fault.Usage($"'{Name}' needs the project's sources", $"call it by the script: {Example}").ToException();
}
