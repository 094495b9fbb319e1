using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate ack</c>: somebody takes a warning upon himself; a FAIL can't be accepted.</summary>
internal sealed class MigrateAckVerb : OrderVerb
{
    readonly Argument<string> _gate = new("GATE") { Description = "The gate that says WARN, like pre-flight/consumers." };
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string?> _note = new("--note") { Description = "Why; stands in the log.", HelpName = "TEXT" };

    public MigrateAckVerb()
        : base(
            "ack",
            "Accepts a gate's warning, so that the run goes on.",
            "migrate ack pre-flight/consumers --note 'the view is read by nobody'"
        )
    {
        Arguments.Add(_gate);
        Arguments.Add(_name);
        Options.Add(_note);
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
        var gate = parse.GetValue(_gate)!;
        await orders.AcceptAsync(view.Run.Name, gate, parse.GetValue(_note), cancellation);
        return $"the warning of {gate} is accepted: {view.Gates.FirstOrDefault(one => one.Gate.Name == gate)?.Gate.Observed}";
    }
}
