using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate retry</c>: a step that failed, or that waits, is tried again now.</summary>
internal sealed class MigrateRetryVerb : OrderVerb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateRetryVerb()
        : base("retry", "Tries the step that failed again, or looks at once whether a waiting one can go on.", "migrate retry") =>
        Arguments.Add(_name);

    protected override string? RunName(ParseResult parse) => parse.GetValue(_name);

    protected override async Task<string> OrderAsync(
        Session session,
        ParseResult parse,
        RunOrders orders,
        RunView view,
        CancellationToken cancellation
    )
    {
        await orders.RetryAsync(view.Run.Name, cancellation);
        return $"{(view.Run.Step.Length > 0 ? view.Run.Step : "its first step")} is tried again";
    }
}
