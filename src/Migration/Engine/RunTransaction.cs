using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Engine;

/// <summary>
/// The only way a run's progress is written: a transaction that first moves the run's version from the one that was read, so that what it
/// does commits once, together with the record of it, and not at all when somebody else was faster.
/// </summary>
public sealed class RunTransaction : IAsyncDisposable
{
    readonly NpgsqlTransaction _transaction;

    RunTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, Run run) =>
        (Connection, _transaction, Run) = (connection, transaction, run);

    public NpgsqlConnection Connection { get; }

    /// <summary>The run, at the version that this transaction gives it.</summary>
    public Run Run { get; }

    /// <exception cref="StaleRunException">The run isn't at this version any more.</exception>
    public static async Task<RunTransaction> BeginAsync(NpgsqlDataSource database, Run run, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(cancellation);
            if (await RunAsync(connection, "claim_version", cancellation, run.Name, run.Version) != 1)
            {
                throw new StaleRunException(run.Name);
            }

            return new RunTransaction(connection, transaction, run with { Version = run.Version + 1 });
        }
        catch
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync();
            }

            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Records how far the step is.</summary>
    public Task StepAsync(RunStep step, CancellationToken cancellation) =>
        RunAsync(
            Connection,
            "upsert_step",
            cancellation,
            Run.Name,
            step.Step,
            (int)step.Phase,
            step.State.Text(),
            step.Checkpoint,
            step.Done,
            step.Total
        );

    /// <summary>Adds a batch to the ledger.</summary>
    /// <param name="step">The step that changed the rows.</param>
    /// <param name="table">Of which table.</param>
    /// <param name="range">Bars it looked at, by their open.</param>
    /// <param name="rows">How many rows it changed.</param>
    /// <param name="mark">The mark they bear, where it is a time; see the table's comment.</param>
    /// <param name="took">What it took, real time.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public Task BatchAsync(
        string step,
        string table,
        TimeRange range,
        long rows,
        UtcTime? mark,
        TimeSpan took,
        CancellationToken cancellation
    ) =>
        RunAsync(
            Connection,
            "insert_batch",
            cancellation,
            Run.Name,
            step,
            table,
            range.From.ToDateTime(),
            range.To.ToDateTime(),
            rows,
            mark?.ToDateTime(),
            took.TotalMilliseconds
        );

    public async Task GatesAsync(MigrationPhase phase, IEnumerable<Gate> gates, CancellationToken cancellation)
    {
        foreach (var gate in gates)
        {
            await RunAsync(
                Connection,
                "upsert_gate",
                cancellation,
                Run.Name,
                gate.Name,
                (int)phase,
                gate.Verdict.Capitals(),
                gate.Expected,
                gate.Observed,
                gate.Evidence,
                gate.Unblock
            );
        }
    }

    /// <summary>Appends to the run's log.</summary>
    /// <param name="kind">What happened, words for people.</param>
    /// <param name="detail">A JSON object.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public async Task EventAsync(string kind, string detail, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT dxy.migrate_log($1, $2, $3::jsonb)", Connection);
        command.Parameters.With(Run.Name).With(kind).With(detail);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Keeps a value from before the run, for undoing; one kept before stands.</summary>
    public Task SaveAsync(string what, string json, CancellationToken cancellation) =>
        RunAsync(Connection, "save_value", cancellation, Run.Name, what, json);

    /// <summary>Moves the run.</summary>
    public Task MoveAsync(RunState state, MigrationPhase phase, string step, CancellationToken cancellation) =>
        RunAsync(Connection, "move_run", cancellation, Run.Name, state.Text(), (int)phase, step);

    /// <summary>Commits; the run stands at the version of <see cref="Run"/>.</summary>
    public Task CommitAsync(CancellationToken cancellation) => _transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    internal static async Task<int> RunAsync(
        NpgsqlConnection connection,
        string statement,
        CancellationToken cancellation,
        params object?[] values
    )
    {
        await using var command = connection.Migration($"ledger/{statement}", values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
