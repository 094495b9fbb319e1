using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>The rows of <c>dxy.verification</c>.</summary>
internal sealed class VerificationStore(NpgsqlDataSource database)
{
    public static TimeRange Range(long[] ticks) => new(UtcTime.FromTicks(ticks[0]), UtcTime.FromTicks(ticks[1]));

    /// <summary>Adds one, with the statement's snapshot.</summary>
    public static async Task<(long Id, TimeRange Range)> StartAsync(
        NpgsqlConnection connection,
        string? run,
        Symbol symbol,
        VerificationScope scope,
        TimeRange? range,
        CancellationToken cancellation
    )
    {
        await using var command = Command(connection, "start");
        command.Parameters.With(run);
        command.Parameters.With(symbol.Name).With(scope.Text());
        command.Parameters.WithTime(range?.From).WithTime(range?.To);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), new TimeRange(reader.GetUtc(1), reader.GetUtc(2)));
    }

    /// <summary>What one since the last has to read, or why it can't be.</summary>
    public static async Task<(ImmutableArray<TimeRange> Left, string? Note, VerificationState State)> SinceLastAsync(
        NpgsqlConnection connection,
        long id,
        TimeRange whole,
        CancellationToken cancellation
    )
    {
        long last;
        await using (var command = Command(connection, "base"))
        {
            command.Parameters.With(id);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation))
            {
                return Refused("there is no finished verification to build on; verify without --since-last first");
            }

            last = reader.GetInt64(0);
            if (reader.GetString(1) != "equal")
            {
                return Refused($"the last verification ({last}) was not equal; verify without --since-last");
            }

            if (reader.GetUtc(2) > whole.From || reader.GetUtc(3) < whole.From)
            {
                return Refused(
                    $"the last verification ({last}) compared [{reader.GetUtc(2)}, {reader.GetUtc(3)}) only; verify without --since-last"
                );
            }

            if (!reader.GetBoolean(4))
            {
                return Refused($"the tables were not watched since before the last verification ({last}); verify without --since-last");
            }
        }

        var touched = ImmutableArray.CreateBuilder<TimeRange>();
        await using (var command = Command(connection, "touched"))
        {
            command.Parameters.With(id).With(last);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                touched.Add(new TimeRange(reader.GetUtc(0), reader.GetUtc(1)));
            }
        }

        var days = touched.Sum(range => (long)Math.Ceiling(range.Length.TotalDays));
        return (
            touched.ToImmutable(),
            $"trusts the change log since verification {last}: {days} days were touched or are new, the others were not read",
            VerificationState.Running
        );

        static (ImmutableArray<TimeRange>, string?, VerificationState) Refused(string reason) =>
            ([], reason, VerificationState.NotCompared);
    }

    /// <summary>Says what is to be read.</summary>
    public static async Task BeginAsync(
        NpgsqlConnection connection,
        long id,
        VerificationCheckpoint checkpoint,
        VerificationState state,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "UPDATE dxy.verification SET checkpoint = $2::jsonb, state = $3, finished_at = CASE WHEN $3 <> 'running' THEN dxy.now() END "
                + "WHERE id = $1",
            connection
        );
        command.Parameters.With(id).With(checkpoint.ToJson()).With(state.Text());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Stores a portion, unless somebody else did since <paramref name="before"/> was read.</summary>
    public async Task SaveAsync(
        long id,
        string before,
        VerificationCheckpoint after,
        VerificationState state,
        VerificationTally tally,
        CancellationToken cancellation
    )
    {
        await using var command = database.Migration("verification/save");
        command
            .Parameters.With(id)
            .With(before)
            .With(after.ToJson())
            .With(state.Text())
            .With(tally.Compared)
            .With(tally[RowDifferenceKind.Missing])
            .With(tally[RowDifferenceKind.Extra])
            .With(tally.Different)
            .With(tally[RowDifferenceKind.Explained])
            .With(tally.SamplesJson());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<(VerificationResult Verification, string Checkpoint)?> ReadAsync(long id, CancellationToken cancellation)
    {
        await using var command = database.Migration("verification/read");
        command.Parameters.With(id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var checkpoint = VerificationCheckpoint.Parse(reader.GetString(15));
        var range = new TimeRange(reader.GetUtc(4), reader.GetUtc(5));
        var verification = new VerificationResult(
            reader.GetInt64(0),
            reader.IsDBNull(1) ? null : reader.GetString(1),
            Symbol.Parse(reader.GetString(2)),
            EnumText.Parse<VerificationScope>(reader.GetString(3)),
            range,
            EnumText.Parse<VerificationState>(reader.GetString(6)),
            reader.GetInt64(7),
            reader.GetInt64(8),
            reader.GetInt64(9),
            reader.GetInt64(10),
            reader.GetInt64(11),
            VerificationTally.ParseSamples(reader.GetString(12)),
            reader.GetUtc(13),
            reader.IsDBNull(14) ? null : reader.GetUtc(14)
        )
        {
            Note = checkpoint.Note,
            Position = checkpoint.Left.IsDefaultOrEmpty ? range.To : UtcTime.FromTicks(checkpoint.Left[0][0]),
            Recomputation = checkpoint.Recomputation,
        };
        return (verification, reader.GetString(15));
    }

    public async Task<VerificationResult?> NewestAsync(string? run, VerificationScope scope, bool running, CancellationToken cancellation)
    {
        await using var command = database.Migration("verification/newest");
        command.Parameters.With(run);
        command.Parameters.With(scope.Text()).With(running);
        return await command.ExecuteScalarAsync(cancellation) is long id ? (await ReadAsync(id, cancellation))?.Verification : null;
    }

    /// <summary>The first bar of either table in the range.</summary>
    public async Task<UtcTime?> NextBarAsync(Symbol symbol, TimeRange range, CancellationToken cancellation)
    {
        await using var command = database.Migration("verification/next_bar");
        command.Parameters.With(symbol.Name).AddRange(range);
        return await command.ExecuteScalarAsync(cancellation) is DateTime next ? UtcTime.From(next) : null;
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string statement) => connection.Migration($"verification/{statement}");
}
