using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate rollback</c>: back to what the tables were, from any phase; with <c>--here</c> by this process, without a
/// silo.</summary>
internal sealed class MigrateRollbackVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _reason = new("--reason") { Description = "Stands in the log.", HelpName = "TEXT" };
    readonly Option<bool> _here = new("--here") { Description = "Carry it out from this console, to its end: no silo has to be running." };

    public MigrateRollbackVerb()
        : base(
            "rollback",
            "Undoes a run, backwards, exactly what it did; bars that arrived meanwhile stay.",
            "migrate rollback dxy-20241105 --here --reason 'consumers not ready'"
        )
    {
        Arguments.Add(_name);
        Options.Add(_reason);
        Options.Add(_here);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireHereAsync(database, parse.GetValue(_name), cancellation);
        var (run, here) = (view.Run, parse.GetValue(_here));
        if (here)
        {
            await RunHere.RequireRightsAsync(database, cancellation);
        }

        var goesBack = run is { Direction: RunDirection.Back, State: RunState.Running or RunState.Paused };
        if (!goesBack || !here)
        {
            Confirmation.Require(session, $"This undoes {run.Name}, which is in phase {(int)run.Phase} ({run.Phase.Title()})", run.Name);
            await new RunOrders(database).RollbackAsync(run.Name, parse.GetValue(_reason), cancellation);
        }

        if (here)
        {
            await new RunHere(session, database, run.Name).RunAsync(cancellation);
        }

        return await OrderVerb.TellAsync(
            session,
            database,
            run.Name,
            Name,
            here ? "gone back to its end from here" : "rolls back; './dxy migrate watch' shows it",
            cancellation
        );
    }
}
