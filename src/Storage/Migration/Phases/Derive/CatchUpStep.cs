using DxyOrleans.Core.Time;
using DxyOrleans.Core.Migration;
using DxyOrleans.Storage.Registry;

namespace DxyOrleans.Storage.Migration.Phases.Derive;

/// <summary>The minutes that nobody derived between the old writers' last and our first.</summary>
sealed class CatchUpStep() : MigrationStep("derive/catch-up", MigrationPhase.Derive)
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var missing = await MissingAsync(context, cancellation);
        return [$"derive {missing.Sum(range => range.Length.Ticks / TimeSpan.TicksPerMinute)} minutes of the last days that the old table lacks"];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<DateTime[]>(context, "asked") is not { } asked)
        {
            var missing = await MissingAsync(context, cancellation);
            await using var transaction = await context.BeginAsync(cancellation);
            await DueWork.AskAsync(transaction, context.Run.Series, missing, cancellation);
            await KeepAsync(context, transaction, "asked", missing.Count == 0 ? [] : new[] { missing[0].From.ToDateTime(), missing[^1].To.ToDateTime() }, cancellation);
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "committed", cancellation);
            return new StepOutcome.More();
        }

        if (asked.Length == 0)
        {
            return StepOutcome.Finished();
        }

        var gate = await DueWork.LookAsync(context, "derive/catch-up", context.Run.Series, new TimeRange(UtcTime.From(asked[0]), UtcTime.From(asked[1])), cancellation);
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }

    static async Task<List<TimeRange>> MissingAsync(RunContext context, CancellationToken cancellation)
    {
        var registry = await new RegistryStore(context.Database).LoadAsync(cancellation);
        var components = registry.Index(context.Run.Symbol)?.Components.Select(component => component.Symbol.Name).ToArray() ?? [];
        return await context.Database.Migration("derive/missing_minutes", context.Run.Symbol.Name, components)
            .RowsAsync(reader => new TimeRange(reader.GetUtc(0), reader.GetUtc(1)), cancellation);
    }
}
