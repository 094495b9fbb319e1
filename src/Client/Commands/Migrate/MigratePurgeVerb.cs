using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate purge</c>: after retention, what cleanup soft-deleted goes for good.</summary>
internal sealed class MigratePurgeVerb : OrderVerb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigratePurgeVerb()
        : base(
            "purge",
            "Removes for good what cleanup soft-deleted, once its retention is over. There is no way back from it.",
            "migrate purge dxy-20241105"
        ) => Arguments.Add(_name);

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        Confirmation.Require(
            session,
            $"This removes for good what {view.Run.Name} soft-deleted; it can't be rolled back after",
            view.Run.Name
        );
        await orders.PurgeAsync(view.Run.Name, cancellation);
        return "purges; './dxy migrate watch' shows it";
    }
}
