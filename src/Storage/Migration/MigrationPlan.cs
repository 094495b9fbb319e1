using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Migration;
using Npgsql;

namespace DxyOrleans.Storage.Migration;

/// <summary>What a step would do.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Lines">A line a thing, with counts.</param>
/// <param name="Unknown">Why it can't be said yet; null when it can.</param>
public sealed record PlannedStep(string Step, MigrationPhase Phase, IReadOnlyList<string> Lines, string? Unknown);

/// <summary>Bars by what a copy would make of them.</summary>
/// <param name="Missing">The new table lacks them: copied.</param>
/// <param name="Identical">In both, equal: left alone.</param>
/// <param name="Different">In both, other values.</param>
/// <param name="Foreign">In both, other values, the new table's by another source.</param>
/// <param name="Partial">Marked partial in the old table.</param>
/// <param name="Superseded">Active rows that a newer version of the same minute outranks.</param>
/// <param name="Deleted">Soft-deleted rows of the old table: left alone.</param>
public sealed record PlannedBars(long Missing, long Identical, long Different, long Foreign, long Partial, long Superseded, long Deleted);

/// <summary>What a run would cost.</summary>
/// <param name="TargetRowBytes">Bytes of a row in the new table, with its share of the indexes.</param>
/// <param name="SourceRowBytes">The same in the old table.</param>
/// <param name="RowsPerSecond">The pace of earlier copies in this database; null when there were none.</param>
public sealed record PlannedCost(double TargetRowBytes, double SourceRowBytes, double? RowsPerSecond);

/// <summary>A dry run: what a run with these settings would do now. Give it a database that may only be read from; see <see cref="DatabaseSettings.ReadOnly"/>.</summary>
public sealed record MigrationPlan(ImmutableArray<PlannedStep> Steps, PlannedBars? Bars, string? BarsUnknown, PlannedCost Cost)
{
    /// <summary>The server's answer to a write in a transaction that may only read.</summary>
    const string ReadOnlyTransaction = "25006";

    /// <summary>The run that the steps are shown: it has no row, so nobody can carry it out.</summary>
    public const string Name = "plan";

    public static async Task<MigrationPlan> MakeAsync(
        NpgsqlDataSource readOnly, IReadOnlyList<IMigrationStep> steps, Symbol symbol, RunSettings settings, TimeProvider realTime, CancellationToken cancellation)
    {
        var run = new Run
        {
            Name = Name, Symbol = symbol, State = RunState.Running, Direction = RunDirection.Forward, Phase = MigrationPhase.PreFlight, Step = "", Version = 0, Settings = settings,
            Target = await RunTarget.ReadAsync(readOnly, cancellation), StartedBy = "", StartedAt = await readOnly.NowAsync(cancellation),
        };
        var context = new RunContext(run, ImmutableDictionary<string, RunStep>.Empty, readOnly, realTime);
        var planned = ImmutableArray.CreateBuilder<PlannedStep>();
        foreach (var step in steps)
        {
            planned.Add(await StepAsync(step, context, cancellation));
        }

        var (bars, unknown) = await BarsAsync(readOnly, symbol, cancellation);
        return new MigrationPlan(planned.ToImmutable(), bars, unknown, await CostAsync(readOnly, cancellation));
    }

    /// <summary>Tries to write, which has to be refused: the proof that a plan made over these connections wrote nothing.</summary>
    public static async Task<bool> IsReadOnlyAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand("DELETE FROM public.data_bars WHERE false");
            await command.ExecuteNonQueryAsync(cancellation);
            return false;
        }
        catch (PostgresException refused) when (refused.SqlState == ReadOnlyTransaction)
        {
            return true;
        }
    }

    // A step may need what an earlier one makes: it says so, and the others are still asked.
    static async Task<PlannedStep> StepAsync(IMigrationStep step, RunContext context, CancellationToken cancellation)
    {
        try
        {
            return new PlannedStep(step.Name, step.Phase, await step.PlanAsync(context, cancellation), null);
        }
        catch (Exception fault) when (fault is PostgresException or InvalidOperationException or NotImplementedException)
        {
            return new PlannedStep(step.Name, step.Phase, [], fault.Message);
        }
    }

    static async Task<(PlannedBars? Bars, string? Unknown)> BarsAsync(NpgsqlDataSource database, Symbol symbol, CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand(Sql.Text("migration/view/plan_classes.sql"));
            command.Parameters.With(symbol.Name);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            return (new PlannedBars(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6)), null);
        }
        catch (PostgresException lacking) when (lacking.SqlState == PostgresErrorCodes.UndefinedColumn)
        {
            return (null, lacking.MessageText);
        }
    }

    static async Task<PlannedCost> CostAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("migration/view/plan_costs.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new PlannedCost(reader.GetDouble(0), reader.GetDouble(1), reader.IsDBNull(2) ? null : reader.GetDouble(2));
    }
}
