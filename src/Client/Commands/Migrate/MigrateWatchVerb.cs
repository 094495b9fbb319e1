using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate watch</c>: a run as it goes, until it ends or fails.</summary>
internal sealed class MigrateWatchVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<TimeSpan?> _every = Values.Duration("--every", "How often to look (1s).");

    public MigrateWatchVerb()
        : base(
            "watch",
            "Shows a run live, with rate and time left, until it ends; 10 when it fails. Not on a terminal: its log and its progress in "
                + "lines.",
            "migrate watch"
        )
    {
        Arguments.Add(_name);
        Options.Add(_every);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var name = (await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation)).Run.Name;
        var last = await new RunBoard(session, database, name, parse.GetValue(_every) ?? TimeSpan.FromSeconds(1)).RunAsync(cancellation);
        return last.Run.State == RunState.Failed ? ExitCode.Differs : ExitCode.Done;
    }
}
