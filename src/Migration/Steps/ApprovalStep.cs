using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Observe;
using DxyOrleans.Migration.Verification;
using Npgsql;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// Waits until somebody approved what was verified last. That an approval was used is recorded while the run's row is held, as revoking it
/// needs that row too: it is either revoked or used.
/// </summary>
/// <param name="name">The step's name.</param>
/// <param name="phase">Its phase.</param>
/// <param name="kind">Of what: <c>deploy</c> or <c>cleanup</c>.</param>
sealed class ApprovalStep(string name, MigrationPhase phase, string kind) : VerifyingStep(name, phase)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"wait for 'migrate approve {kind}' on the newest full "
                + $"verification{(context.Run.Settings.ApproverIsNotStarter ? $", by another role than {context.Run.StartedBy}" : "")}",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var newest = await new TableVerification(context.Database).NewestAsync(context.Run.Name, VerificationScope.Full, cancellation);
        if (newest is null || newest.StartedAt < await SwitchedAsync(context, cancellation))
        {
            var (_, instead) = await VerifyAsync(context, "verified", VerificationScope.Full, null, cancellation);
            if (instead is not null)
            {
                return instead;
            }
        }

        await using var transaction = await context.BeginAsync(cancellation);
        newest = await new TableVerification(context.Database).NewestAsync(context.Run.Name, VerificationScope.Full, cancellation);
        var clock = await ObservedTime.ReadAsync(transaction.Connection, context.Run, cancellation);
        var approvals = await transaction
            .Connection.Migration("approval/approvals", context.Run.Name, kind)
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
        var gates = new List<Gate>
        {
            ApprovalRule.Judge(
                Name,
                kind,
                approvals,
                newest?.Id,
                newest?.State == VerificationState.Equal,
                clock.Now,
                context.Run.StartedBy,
                context.Run.Settings
            ),
        };
        if (Phase == MigrationPhase.Observe)
        {
            gates.Add(await HealthAsync(transaction.Connection, context.Run, clock, cancellation));
        }

        if (gates.Any(gate => gate.Verdict == GateVerdict.Fail))
        {
            return new StepOutcome.Waiting(gates, Soon);
        }

        await transaction.StepAsync(context.Progress(this) with { State = StepState.Done }, cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished(gates);
    }

    // The window may be long over when somebody approves.
    static async Task<Gate> HealthAsync(NpgsqlConnection connection, Run run, ObservedTime clock, CancellationToken cancellation)
    {
        var checks = ObservationRules.Judge(await ObservationReader.ReadAsync(connection, run, clock, cancellation), run.Settings);
        return Gate.Of(
            "observe/now",
            ObservationRules.Worst(checks) != GateVerdict.Fail,
            "nothing fails now",
            $"{clock.Now}: {WindowGates.Tell(checks)}",
            null,
            "mend what is named"
        );
    }

    static async Task<UtcTime> SwitchedAsync(RunContext context, CancellationToken cancellation) =>
        await context.Database.Migration("approval/switched", context.Run.Name).ValueAsync<DateTime?>(cancellation) is { } at
            ? UtcTime.From(at)
            : default;
}
