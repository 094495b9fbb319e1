using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>
/// Both tables are equal, by a full verification and what was written since. Where they aren't, what the copy can mend is compared and
/// copied again: by itself the first times, since a bar that was changed or removed in the old table while it was copied is no fault of
/// anybody; after that on <c>migrate retry</c>.
/// </summary>
sealed class VerifyStep() : MigrationStep("copy/verify", MigrationPhase.Copy)
{
    const int RoundsByItself = 3;

    static readonly TimeSpan AfterDifference = TimeSpan.FromSeconds(20);

    sealed record Rounds
    {
        public int Round { get; init; } = 1;

        /// <summary>Orders to try again that were given when it last failed; null when it didn't.</summary>
        public long? Failed { get; init; }
    }

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(["compare every bar of both tables"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var rounds = Kept<Rounds>(context, "rounds") ?? new Rounds();
        var retries = await RunRetries.CountAsync(context, cancellation);
        if (rounds.Failed < retries)
        {
            return await AgainAsync(context, rounds, cancellation);
        }

        var result = await FullVerification.AdvanceAsync(context, this, "copy/verification", cancellation);
        if (result.Instead is { } instead)
        {
            return instead;
        }

        if (result.Gate.Verdict == GateVerdict.Pass)
        {
            return StepOutcome.Finished(result.Gate);
        }

        // The verification's own transaction has moved the run.
        var now = await ReloadAsync(context, cancellation);
        if (rounds.Round < RoundsByItself && rounds.Failed is null)
        {
            return await AgainAsync(now, rounds, cancellation);
        }

        if (rounds.Failed is null)
        {
            await using var transaction = await now.BeginAsync(cancellation);
            await KeepAsync(now, transaction, "rounds", rounds with { Failed = retries }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        var unblock = "'migrate verify' shows samples; 'migrate retry' compares and copies again";
        return new StepOutcome.Waiting([result.Gate with { Unblock = unblock }], AfterDifference);
    }

    async Task<StepOutcome> AgainAsync(RunContext context, Rounds rounds, CancellationToken cancellation)
    {
        var round = rounds.Round + 1;
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.StepAsync(
            new RunStep(ConflictsStep.Title, Phase, StepState.Started, StepCheckpoint.Write(new ConflictCounts { Round = round }), 0, null),
            cancellation
        );
        await transaction.StepAsync(
            new RunStep("copy/bars", Phase, StepState.Started, StepCheckpoint.Write(new BarsStep.Place { Round = round }), 0, null),
            cancellation
        );
        await KeepAsync(context, transaction, "rounds", new Rounds { Round = round }, cancellation);
        await transaction.EventAsync("copied again", $$"""{"round": {{round}}}""", cancellation);
        await context.At(this, "again", cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    static async Task<RunContext> ReloadAsync(RunContext context, CancellationToken cancellation)
    {
        var ledger = new RunLedger(context.Database);
        var run = await ledger.FindAsync(context.Run.Name, cancellation) ?? throw new StaleRunException(context.Run.Name);
        return context with { Run = run, Steps = await ledger.StepsAsync(run.Name, cancellation) };
    }
}
