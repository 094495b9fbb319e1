using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Copy;
using DxyOrleans.Migration.Steps.Deploy;
using DxyOrleans.Migration.Steps.Derive;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Migration.Steps.Purge;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Views;

/// <summary>What a step would do.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Lines">A line a thing, with counts.</param>
/// <param name="Sql">The statements by which it changes the host's tables.</param>
/// <param name="Unknown">Why it can't be said yet; null when it can.</param>
public sealed record PlannedStep(
    string Step,
    MigrationPhase Phase,
    IReadOnlyList<string> Lines,
    IReadOnlyList<string> Sql,
    string? Unknown
);

/// <summary>Bars by what a copy would make of them.</summary>
/// <param name="Missing">The new table lacks them: copied.</param>
/// <param name="Identical">In both, equal: left alone.</param>
/// <param name="Different">In both, other values.</param>
/// <param name="Foreign">In both, other values, the new table's by another source.</param>
/// <param name="Partial">Marked partial in the old table.</param>
/// <param name="Superseded">Active rows that a newer version of the same minute outranks.</param>
/// <param name="Deleted">Soft-deleted rows of the old table: left alone.</param>
/// <param name="Alone">Bars that stand in the new table and not in the old one: they stay.</param>
public sealed record PlannedBars(
    long Missing,
    long Identical,
    long Different,
    long Foreign,
    long Partial,
    long Superseded,
    long Deleted,
    long Alone
);

/// <summary>What a run would cost.</summary>
/// <param name="TargetRowBytes">Bytes of a row in the new table, with its share of the indexes.</param>
/// <param name="SourceRowBytes">The same in the old table.</param>
/// <param name="RowsPerSecond">The pace of earlier copies in this database; null when there were none.</param>
public sealed record PlannedCost(double TargetRowBytes, double SourceRowBytes, double? RowsPerSecond);

/// <summary>
/// A dry run: what a run with these settings would do now. It needs SELECT on the three tables and nothing else, our schema not either;
/// give it a <see cref="PlanSnapshot"/>, and all of it is of one instant and can't have written anything.
/// </summary>
/// <param name="Steps">What each would do.</param>
/// <param name="Gates">What the run's first step would find.</param>
/// <param name="Bars">By what a copy would make of them; null where they can't be counted yet.</param>
/// <param name="BarsUnknown">Why they can't.</param>
/// <param name="Cost">What it would take.</param>
/// <param name="Now">Market time.</param>
/// <param name="Installed">Whether our schema is there.</param>
public sealed record MigrationPlan(
    ImmutableArray<PlannedStep> Steps,
    ImmutableArray<Gate> Gates,
    PlannedBars? Bars,
    string? BarsUnknown,
    PlannedCost Cost,
    UtcTime Now,
    bool Installed
)
{
    /// <summary>When bars of the symbol are expected.</summary>
    public MarketCalendar Calendar { get; init; } = MarketCalendar.Rule;

    /// <summary>The run that the steps are shown: it has no row, so nobody can carry it out.</summary>
    public const string Name = "plan";

    const string BeforeSchema = "can't be counted before our schema stands ('./dxy db apply')";

    /// <summary>The worst of what the run's first step would find.</summary>
    public GateVerdict Verdict => Gates.Select(gate => gate.Verdict).DefaultIfEmpty(GateVerdict.Pass).Max();

    public static async Task<MigrationPlan> MakeAsync(
        NpgsqlDataSource database,
        IReadOnlyList<IMigrationStep> steps,
        Symbol symbol,
        RunSettings settings,
        TimeProvider realTime,
        CancellationToken cancellation
    )
    {
        var installed = await SeesOurSchemaAsync(database, cancellation);
        var now = installed
            ? await database.NowAsync(cancellation)
            : UtcTime.From(await database.CreateCommand("SELECT now()").ValueAsync<DateTime>(cancellation));
        var run = new Run
        {
            Name = Name,
            Symbol = symbol,
            State = RunState.Running,
            Direction = RunDirection.Forward,
            Phase = MigrationPhase.PreFlight,
            Step = "",
            Version = 0,
            Settings = settings,
            Target = await RunTarget.ReadAsync(database, cancellation),
            StartedBy = "",
            StartedAt = now,
        };
        var context = new RunContext(run, ImmutableDictionary<string, RunStep>.Empty, database, realTime);
        var (planned, gates) = (ImmutableArray.CreateBuilder<PlannedStep>(), ImmutableArray<Gate>.Empty);
        foreach (var step in steps)
        {
            if (step is ChecksStep)
            {
                gates = [.. await ChecksStep.GatesAsync(context, cancellation)];
            }

            planned.Add(
                step is ChecksStep
                    ? new PlannedStep(step.Name, step.Phase, ChecksStep.Lines(gates), [], null)
                    : await StepAsync(step, context, installed, cancellation)
            );
        }

        var (bars, unknown) = await BarsAsync(database, symbol, cancellation);
        return new MigrationPlan(
            planned.ToImmutable(),
            gates,
            bars,
            unknown,
            await CostAsync(database, installed, cancellation),
            now,
            installed
        )
        {
            Calendar = installed ? await CalendarStore.OfAsync(database, symbol, cancellation) : MarketCalendar.Rule,
        };
    }

    /// <summary>Whether our schema is there and this role may look into it.</summary>
    public static Task<bool> SeesOurSchemaAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        database
            .CreateCommand("SELECT coalesce(has_schema_privilege(to_regnamespace('dxy')::oid, 'USAGE'), false)")
            .ValueAsync<bool>(cancellation);

    /// <summary>Whether the server lets these connections write nothing, by its own word; it is asked, not tried: a refusal would stand in
    /// its log.</summary>
    public static async Task<bool> IsReadOnlyAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        await database.CreateCommand("SELECT current_setting('transaction_read_only') = 'on'").ValueAsync<bool>(cancellation);

    // A step may need what an earlier one makes: it says so, and the others are still asked.
    static async Task<PlannedStep> StepAsync(IMigrationStep step, RunContext context, bool installed, CancellationToken cancellation)
    {
        var sql = PlannedSql.Of(step, context.Run, HostBindings.Of(context.Database));
        if (!installed && (step is CatchUpStep or PartialsStep or RestartStep or RowsStep))
        {
            // Asked all the same, each would leave an error in the server's log.
            return new PlannedStep(step.Name, step.Phase, [BeforeSchema], sql, null);
        }

        try
        {
            return new PlannedStep(step.Name, step.Phase, await step.PlanAsync(context, cancellation), sql, null);
        }
        catch (PostgresException fault)
            when (!installed
                && (
                    fault.SqlState
                    is PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.UndefinedFunction
                        or PostgresErrorCodes.InvalidSchemaName
                        or PostgresErrorCodes.InsufficientPrivilege
                )
            )
        {
            return new PlannedStep(step.Name, step.Phase, [BeforeSchema], sql, null);
        }
        catch (Exception fault) when (fault is PostgresException or InvalidOperationException or NotImplementedException)
        {
            return new PlannedStep(step.Name, step.Phase, [], sql, fault.Message);
        }
    }

    static async Task<(PlannedBars? Bars, string? Unknown)> BarsAsync(
        NpgsqlDataSource database,
        Symbol symbol,
        CancellationToken cancellation
    )
    {
        try
        {
            var command = database.Migration("view/plan_classes", symbol.Name);
            command.CommandTimeout = 0;
            return (
                (
                    await command.RowsAsync(
                        row => new PlannedBars(
                            row.GetInt64(0),
                            row.GetInt64(1),
                            row.GetInt64(2),
                            row.GetInt64(3),
                            row.GetInt64(4),
                            row.GetInt64(5),
                            row.GetInt64(6),
                            row.GetInt64(7)
                        ),
                        cancellation
                    )
                )[0],
                null
            );
        }
        catch (PostgresException lacking)
            when (lacking.SqlState
                    is PostgresErrorCodes.UndefinedColumn
                        or PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.InsufficientPrivilege
            )
        {
            return (null, lacking.MessageText);
        }
    }

    static async Task<PlannedCost> CostAsync(NpgsqlDataSource database, bool installed, CancellationToken cancellation)
    {
        var (target, source) = (
            await database.Migration("view/plan_costs").RowsAsync(row => (row.GetDouble(0), row.GetDouble(1)), cancellation)
        )[0];
        var pace = installed
            ? (
                await database
                    .Migration("view/plan_pace")
                    .RowsAsync(row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0), cancellation)
            )[0]
            : null;
        return new PlannedCost(target, source, pace);
    }
}
