using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate approve</c> and <c>migrate revoke</c>: the consents a run needs, by the database role that logged in.</summary>
internal sealed class MigrateApprovalVerb : OrderVerb
{
    readonly Argument<string> _kind = new("KIND") { Description = "cut-over, deploy or cleanup." };
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateApprovalVerb(string verb)
        : base(
            verb,
            verb == "approve"
                ? "Approves the cut-over, the deployment or the cleanup, on the newest verification, as the role that logged in."
                : "Takes an approval back while it isn't used.",
            $"migrate {verb} deploy"
        )
    {
        _kind.AcceptOnlyFromAmong("cut-over", "deploy", "cleanup");
        Arguments.Add(_kind);
        Arguments.Add(_name);
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
        var kind = parse.GetValue(_kind)!;
        if (Name == "revoke")
        {
            await orders.RevokeAsync(view.Run.Name, kind, cancellation);
            return $"the approval of {kind} is taken back";
        }

        var verification = await orders.ApproveAsync(view.Run.Name, kind, cancellation);
        return FormattableString.Invariant(
            $"{kind} is approved on verification {verification}, good for {view.Run.Settings.ApprovalHours} hours"
        );
    }
}
