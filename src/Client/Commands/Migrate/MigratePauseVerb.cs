using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate pause</c>: nothing more is begun; dual writing, capture and the live path go on.</summary>
internal sealed class MigratePauseVerb : OrderVerb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _reason = new("--reason") { Description = "Stands in the log.", HelpName = "TEXT" };

    public MigratePauseVerb()
        : base("pause", "Pauses a run; what it has done stays, live bars go on.", "migrate pause --reason 'month end'")
    {
        Arguments.Add(_name);
        Options.Add(_reason);
    }

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        await orders.PauseAsync(view.Run.Name, parse.GetValue(_reason), cancellation);
        return "paused; './dxy migrate resume' goes on";
    }
}
