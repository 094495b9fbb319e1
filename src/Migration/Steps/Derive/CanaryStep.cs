using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>One minute goes the whole way before history does: derived under the new route, it has to stand in both tables with equal
/// values.</summary>
sealed class CanaryStep() : MigrationStep("derive/canary", MigrationPhase.Derive)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(["have the newest minute derived, and see it in both tables"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<DateTime?>(context, "minute") is not { } minute)
        {
            var registry = await new RegistryStore(context.Database).LoadAsync(cancellation);
            var components = registry.Index(context.Run.Symbol)?.Components.Select(component => component.Symbol.Name).ToArray() ?? [];
            if (
                await context.Database.Migration("derive/canary_minute", (object)components).ValueAsync<DateTime?>(cancellation)
                is not { } newest
            )
            {
                return new StepOutcome.Waiting(
                    [
                        new Gate(
                            "derive/canary",
                            GateVerdict.Fail,
                            "a minute that every component has",
                            "there is none in the last day of data",
                            null,
                            "bring the components' bars: a feed or './dxy import'"
                        ),
                    ],
                    Soon
                );
            }

            await using var transaction = await context.BeginAsync(cancellation);
            await DueWork.AskAsync(transaction, context.Run.Series, [Minute(newest)], cancellation);
            await KeepAsync(context, transaction, "minute", newest, cancellation);
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "committed", cancellation);
            return new StepOutcome.More();
        }

        var due = await DueWork.CheckAsync(context, "derive/canary", context.Run.Series, Minute(minute), cancellation);
        if (due.Verdict != GateVerdict.Pass)
        {
            return new StepOutcome.Waiting([due], Soon);
        }

        var equal = await context
            .Database.Migration("derive/stands_in_both", context.Run.Symbol.Name, minute)
            .ValueAsync<bool>(cancellation);
        var gate = Gate.Of(
            "derive/canary",
            equal,
            $"{Minute(minute).From} stands in both tables with equal values",
            equal ? "it does" : "it doesn't",
            null,
            "look at the silo's log; 'migrate retry' tries again"
        );
        return equal ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }

    static TimeRange Minute(DateTime minute) => new(UtcTime.From(minute), UtcTime.From(minute) + Core.Time.Timeframe.OneMinute.Length);
}
