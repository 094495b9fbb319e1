using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate abandon</c>: ends a run in a restored copy of the database that it was made for, where it can go neither on nor
/// back.</summary>
internal sealed class MigrateAbandonVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _reason = new("--reason") { Description = "Stands in the log.", HelpName = "TEXT" };

    public MigrateAbandonVerb()
        : base(
            "abandon",
            "Ends a run that came with a copy of another database; its bars stay as they are.",
            "migrate abandon --reason 'restored for a test'"
        )
    {
        Arguments.Add(_name);
        Options.Add(_reason);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var run = (await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation)).Run;
        Confirmation.Require(session, $"This ends {run.Name} in this copy, for good", run.Name);
        var route = await new RunOrders(database).AbandonAsync(run.Name, parse.GetValue(_reason), cancellation);
        return await OrderVerb.TellAsync(
            session,
            database,
            run.Name,
            Name,
            $"abandoned; the route of {run.Symbol} is '{route}' here, what was copied stays in data_bars, and a new run can be started",
            cancellation
        );
    }
}
