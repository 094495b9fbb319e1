using System.CommandLine;
using DxyOrleans.Client.Console;
using DxyOrleans.Client.Work.Migration;
using DxyOrleans.Core.Migration;
using DxyOrleans.Storage.Migration;

namespace DxyOrleans.Client.Verbs.Migrate;

/// <summary><c>migrate rollback</c>: back to what the tables were, from any phase.</summary>
internal sealed class MigrateRollbackVerb : OrderVerb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _reason = new("--reason") { Description = "Stands in the log.", HelpName = "TEXT" };

    public MigrateRollbackVerb()
        : base("rollback", "Undoes a run, backwards, exactly what it did; bars that arrived meanwhile stay.", "migrate rollback dxy-20241105 --reason 'consumers not ready'")
    {
        Arguments.Add(_name);
        Options.Add(_reason);
    }

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(Session session, ParseResult parse, RunOrders orders, RunView view, CancellationToken cancellation)
    {
        Confirmation.Demand(session, $"This undoes {view.Run.Name}, which is in phase {(int)view.Run.Phase} ({view.Run.Phase.Title()})", view.Run.Name);
        await orders.RollbackAsync(view.Run.Name, parse.GetValue(_reason), cancellation);
        return "rolls back; './dxy migrate watch' shows it";
    }
}
