using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Migration.Steps.Deploy;

/// <summary>Verifies all of both tables after the restart, and again when some market minutes have gone by: equal at one instant could be
/// luck.</summary>
sealed class SettledStep() : VerifyingStep("deploy/verify", MigrationPhase.Deploy)
{
    const string First = "first";
    const string Second = "second";

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"verify all bars of {context.Run.Symbol} in both tables twice, {context.Run.Settings.SettleMinutes} market minutes apart",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var (first, instead) = await VerifyAsync(context, First, VerificationScope.Full, null, cancellation);
        if (first is null)
        {
            return instead!;
        }

        // The first has to hold when it ended; later corrections are the second's to see.
        if (!Kept<bool>(context, "settling"))
        {
            return await StaleAsync(context, First, first, cancellation) ?? await SettleAsync(context, cancellation);
        }

        var (now, since) = (
            await context.Database.NowAsync(cancellation),
            first.FinishedAt!.Value + TimeSpan.FromMinutes(context.Run.Settings.SettleMinutes)
        );
        if (now < since && Kept<long?>(context, Second) is null)
        {
            return new StepOutcome.Waiting(
                [
                    Told(First, first),
                    new Gate(
                        "deploy/second",
                        GateVerdict.Fail,
                        $"another verification after {since}",
                        $"it is {now}",
                        null,
                        "time: it goes on by itself"
                    ),
                ],
                Soon
            );
        }

        (var second, instead) = await VerifyAsync(context, Second, VerificationScope.Full, null, cancellation);
        return second is null
            ? instead!
            : await StaleAsync(context, Second, second, cancellation) ?? StepOutcome.Finished(Told(First, first), Told(Second, second));
    }

    async Task<StepOutcome> SettleAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await KeepAsync(context, transaction, "settling", true, cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }
}
