using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate resume</c>: a paused run goes on where it stood.</summary>
internal sealed class MigrateResumeVerb : OrderVerb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateResumeVerb()
        : base("resume", "Lets a paused run go on.", "migrate resume") => Arguments.Add(_name);

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        await orders.ResumeAsync(view.Run.Name, cancellation);
        return "goes on";
    }
}
