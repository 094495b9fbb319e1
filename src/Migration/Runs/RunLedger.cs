using System.Collections.Immutable;
using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>Reads runs and what is stored of them; records what needs no work beside it.</summary>
public sealed class RunLedger(NpgsqlDataSource database)
{
    /// <summary>The run of that name; null when there is none.</summary>
    public Task<Run?> FindAsync(string name, CancellationToken cancellation) => ReadAsync(name, cancellation);

    /// <summary>The run that is not finished; there is at most one.</summary>
    public Task<Run?> UnfinishedAsync(CancellationToken cancellation) => ReadAsync("", cancellation);

    public async Task<ImmutableDictionary<string, RunStep>> StepsAsync(string run, CancellationToken cancellation)
    {
        var steps = ImmutableDictionary.CreateBuilder<string, RunStep>();
        await using var command = database.Migration("ledger/read_step");
        command.Parameters.With(run);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            steps[reader.GetString(0)] = new RunStep(
                reader.GetString(0),
                (MigrationPhase)reader.GetInt32(1),
                EnumText.Parse<StepState>(reader.GetString(2)),
                reader.GetString(3),
                reader.GetInt64(4),
                reader.IsDBNull(5) ? null : reader.GetInt64(5)
            );
        }

        return steps.ToImmutable();
    }

    /// <summary>A value kept from before the run, as JSON; null when none was.</summary>
    public async Task<string?> SavedAsync(string run, string what, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT value::text FROM dxy.run_saved WHERE run = $1 AND what = $2");
        command.Parameters.With(run).With(what);
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>Says that the run can't go on now, and in what time to look again: the server adds it to its own clock, by which it is
    /// read.</summary>
    public Task WaitAsync(Run run, TimeSpan again, CancellationToken cancellation) => MarkAsync("wait_run", run, cancellation, again);

    /// <summary>Says what went wrong: to be tried again in a time, or not by itself.</summary>
    public Task FailAsync(Run run, string error, bool final, TimeSpan? again, CancellationToken cancellation) =>
        MarkAsync("fail_run", run, cancellation, error, final, again);

    /// <summary>Says that the run is held back (or, with null, that it no longer is).</summary>
    public Task ThrottleAsync(Run run, string? reason, TimeSpan held, TimeSpan? again, CancellationToken cancellation) =>
        MarkAsync("throttle_run", run, cancellation, reason, (long)held.TotalMilliseconds, again);

    async Task MarkAsync(string statement, Run run, CancellationToken cancellation, params object?[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await RunTransaction.RunAsync(connection, statement, cancellation, [run.Name, run.Version, .. values]) != 1)
        {
            throw new StaleRunException(run.Name);
        }
    }

    async Task<Run?> ReadAsync(string name, CancellationToken cancellation)
    {
        await using var command = database.Migration("ledger/read_run");
        command.Parameters.With(name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Run.Read(reader) : null;
    }
}
