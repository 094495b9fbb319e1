using System.Collections.Immutable;
using System.Data;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Views;

/// <summary>Reads what is known of a run, all of it in one snapshot; nobody has to be running for it.</summary>
public sealed class RunViewReader(NpgsqlDataSource database)
{
    const int NewestEvents = 50;

    /// <param name="name">The run's; empty: the one that is not finished, else the newest.</param>
    /// <param name="cancellation">Ends the statements.</param>
    /// <returns>Null when there is no such run.</returns>
    public async Task<RunView?> ReadAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var view = await RunAsync(connection, name, cancellation);
        if (view is null)
        {
            return null;
        }

        await using var batch = new NpgsqlBatch(connection, snapshot);
        foreach (
            var part in (string[])
                ["steps", "gates", "approvals", "batches", "conflicts", "verifications", "samples", "newest_samples", "window", "events"]
        )
        {
            batch.Migration($"view/{part}").With(view.Run.Name);
        }

        batch.BatchCommands[^1].Parameters.With(NewestEvents);
        var (blockers, atWork) = await BlockersAsync(connection, view.Run.Name, cancellation);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return view with
        {
            Blockers = blockers,
            IsAtWork = atWork,
            Steps = await RowsAsync(reader, Step, cancellation),
            Gates = await RowsAsync(reader, GateOf, cancellation),
            Approvals = await RowsAsync(reader, Approval, cancellation),
            Batches = Reversed(
                await RowsAsync(
                    reader,
                    row => new BatchView(row.GetDouble(0), TimeSpan.FromMilliseconds(row.GetDouble(1)), row.GetUtc(2)),
                    cancellation
                )
            ),
            Conflicts = await RowsAsync(reader, row => new ConflictCount(row.GetString(0), Text(row, 1), row.GetInt64(2)), cancellation),
            Verifications = Reversed(await RowsAsync(reader, Verification, cancellation)),
            Samples = (await RowsAsync(reader, Counts, cancellation))[0] with
            {
                Newest = Reversed(await RowsAsync(reader, Sample, cancellation)),
            },
            Window = ObservationWindow.Over(
                await RowsAsync(reader, row => new WindowSample(row.GetUtc(0), Verdict(row.GetString(1)), row.GetBoolean(2)), cancellation),
                view.Run.Settings.FailMinutes
            ),
            Events = Reversed(
                await RowsAsync(
                    reader,
                    row => new EventView(row.GetInt64(0), row.GetUtc(1), row.GetString(2), row.GetString(3), row.GetString(4)),
                    cancellation
                )
            ),
        };
    }

    static async Task<(ImmutableArray<BlockerView> Blockers, bool IsAtWork)> BlockersAsync(
        NpgsqlConnection connection,
        string run,
        CancellationToken cancellation
    )
    {
        var rows = await connection
            .Migration("view/blockers", run)
            .RowsAsync(
                row =>
                    row.IsDBNull(0)
                        ? null
                        : new BlockerView(
                            row.GetInt32(0),
                            Text(row, 1),
                            Text(row, 2),
                            Text(row, 3),
                            Time(row, 4),
                            Text(row, 5),
                            Text(row, 6)
                        ),
                cancellation
            );
        return ([.. rows.OfType<BlockerView>()], rows.Count > 0);
    }

    /// <summary>The run's row alone, in the connection's transaction.</summary>
    internal static async Task<RunView?> RunAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var command = connection.Migration("view/run", name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new RunView
            {
                Run = Run.Read(reader),
                ThrottledSince = Time(reader, 19),
                HeldBack = TimeSpan.FromMilliseconds(reader.GetInt64(20)),
                LookedAt = Time(reader, 21),
                LogSeq = reader.GetInt64(22),
                LogHash = reader.IsDBNull(23) ? [] : [.. reader.GetFieldValue<byte[]>(23)],
                Now = reader.GetUtc(24),
                RealNow = reader.GetUtc(25),
                ClockRate = reader.GetDouble(26),
            }
            : null;
    }

    // One result of the batch, and on to the next.
    static async Task<ImmutableArray<T>> RowsAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation
    )
    {
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        await reader.NextResultAsync(cancellation);
        return rows.ToImmutable();
    }

    static ImmutableArray<T> Reversed<T>(ImmutableArray<T> rows) => [.. rows.AsEnumerable().Reverse()];

    static StepView Step(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            (MigrationPhase)row.GetInt32(1),
            EnumText.Parse<StepState>(row.GetString(2)),
            row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetInt64(4),
            row.GetUtc(5),
            Time(row, 6),
            row.GetString(7)
        );

    static GateView GateOf(NpgsqlDataReader row) =>
        new(
            new Gate(row.GetString(0), Verdict(row.GetString(2)), row.GetString(3), row.GetString(4), Text(row, 5), Text(row, 6)),
            (MigrationPhase)row.GetInt32(1),
            row.GetUtc(7),
            row.GetUtc(8),
            row.IsDBNull(9) ? null : new Acceptance(row.GetString(9), row.GetUtc(10), Text(row, 11))
        );

    static ApprovalView Approval(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetUtc(3), row.GetUtc(4), Time(row, 5), Text(row, 6));

    static VerificationView Verification(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetString(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.GetInt64(7),
            row.GetString(8),
            row.GetUtc(9),
            Time(row, 10)
        );

    static SampleCounts Counts(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Time(row, 4), Time(row, 5), []);

    static SampleView Sample(NpgsqlDataReader row) => new(row.GetUtc(0), Verdict(row.GetString(1)), row.GetBoolean(2), row.GetString(3));

    static GateVerdict Verdict(string text) => EnumText.Parse<GateVerdict>(text);

    static string? Text(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    static UtcTime? Time(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetUtc(ordinal);
}
