using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.SwitchReads;

/// <summary>
/// From now on rollups and readers of ours take the new table; both are written as before. Only after a verification that is newer than the
/// last write to what it covers, looked at once more while nobody can write; after a dry run, and when the operator said: on approval, in a
/// window, or as soon as it can be. Every silo obeys at once: the route is read in each deriving transaction.
/// </summary>
sealed class ReadsStep() : MigrationStep("switch/reads", MigrationPhase.SwitchReads)
{
    static readonly TimeSpan BeforeSwitch = TimeSpan.FromSeconds(2);

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"turn the route of {context.Run.Symbol}: read from the new table, written to both, after a verification of every bar",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.RouteModeAsync(context.Run.Symbol, cancellation) == "both_read_new")
        {
            return StepOutcome.Finished(
                new Gate(
                    "switch/route",
                    GateVerdict.Pass,
                    "the route is 'both_read_new'",
                    "it is; each deriving transaction reads it under its lock",
                    "SELECT * FROM dxy.route"
                )
            );
        }

        // Who approves sees what the switch would do; the switch itself is verified once more.
        var (dry, allowed) = (await DrySwitch.CheckAsync(context, cancellation), await AllowedAsync(context, cancellation));
        if (
            allowed.Verdict != GateVerdict.Pass
            || (dry.Verdict != GateVerdict.Pass && !await IsAcceptedAsync(context, dry.Name, cancellation))
        )
        {
            return new StepOutcome.Waiting([dry, allowed], BeforeSwitch);
        }

        return await VerifiedFlip.AdvanceAsync(
            context,
            this,
            "both_read_new",
            "switch/verification",
            transaction => transaction.GatesAsync(Phase, [dry, allowed], cancellation),
            cancellation
        ) ?? new StepOutcome.More();
    }

    static async Task<Gate> AllowedAsync(RunContext context, CancellationToken cancellation)
    {
        var approvals = await context
            .Database.Migration("approval/approvals", context.Run.Name, "cut-over")
            .RowsAsync(
                reader => new Approval(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetUtc(2),
                    reader.GetUtc(3),
                    reader.IsDBNull(4) ? null : reader.GetUtc(4),
                    reader.IsDBNull(5) ? null : reader.GetString(5)
                ),
                cancellation
            );
        var now = await context.Database.NowAsync(cancellation);
        return CutOverRule.Judge("switch/approval", context.Run.Settings, approvals, now, context.Run.StartedBy);
    }

    static Task<bool> IsAcceptedAsync(RunContext context, string gate, CancellationToken cancellation)
    {
        var command = context.Database.CreateCommand("SELECT EXISTS (SELECT FROM dxy.run_ack WHERE run = $1 AND gate = $2)");
        command.Parameters.With(context.Run.Name).With(gate);
        return command.ValueAsync<bool>(cancellation);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.RouteModeAsync(context.Run.Symbol, cancellation) == "both_read_new")
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.LockBudgetAsync(cancellation);
            var epoch = await transaction.FlipRouteAsync("both", cancellation);
            await transaction.EventAsync("route turned", $$"""{"mode": "both", "epoch": {{epoch}}}""", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "undone", cancellation);
        }

        return StepOutcome.Finished();
    }
}
