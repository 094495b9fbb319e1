using System.Collections.Immutable;
using DxyOrleans.Client.Commands.Migrate.Report;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>What a rehearsal came to.</summary>
internal sealed record RehearsalReport
{
    public required RunView View { get; init; }

    /// <summary>From the call to the end of the run, real time.</summary>
    public required TimeSpan Took { get; init; }

    public required ImmutableArray<PhaseProgress> Phases { get; init; }

    public required ImmutableArray<SuccessCriterion> Criteria { get; init; }

    public required ImmutableArray<BatchSummary> Batches { get; init; }

    public required ImmutableArray<TableSize> Before { get; init; }

    public required ImmutableArray<TableSize> After { get; init; }

    public required AuditResult? Audit { get; init; }

    /// <summary>Warnings that the rehearsal accepted, and what they said.</summary>
    public required ImmutableArray<string> Accepted { get; init; }

    /// <summary>What the host's own programs wrote meanwhile, and how they fared.</summary>
    public required HostWrites Writers { get; init; }

    /// <summary>What of the host could not be copied.</summary>
    public ImmutableArray<string> Lost { get; init; } = [];

    /// <summary>Why it ended before the run was completed; null when it didn't.</summary>
    public required string? Ended { get; init; }

    public bool IsGood =>
        Ended is null
        && View.Run.State == DxyOrleans.Migration.Rules.RunState.Completed
        && Criteria.All(criterion => criterion.Holds)
        && Audit is { Fault: null };

    public static async Task<ImmutableArray<BatchSummary>> BatchesAsync(
        NpgsqlDataSource database,
        string run,
        CancellationToken cancellation
    )
    {
        var batches = ImmutableArray.CreateBuilder<BatchSummary>();
        await using var command = database.CreateCommand(Sql.Text("rehearsal/batches.sql"));
        command.Parameters.With(run);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            batches.Add(
                new BatchSummary(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4))
            );
        }

        return batches.ToImmutable();
    }

    public static async Task<ImmutableArray<TableSize>> SizesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var sizes = ImmutableArray.CreateBuilder<TableSize>();
        await using var command = database.CreateCommand(Sql.Text("rehearsal/sizes.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            sizes.Add(new TableSize(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt64(1), reader.GetInt64(2)));
        }

        return sizes.ToImmutable();
    }
}

/// <summary>The batches of a step, real milliseconds.</summary>
internal sealed record BatchSummary(string Step, long Count, long Rows, double MiddleMs, double MaxMs);

/// <summary>Rows and bytes of a table; no rows for a whole schema.</summary>
internal sealed record TableSize(string Table, long? Rows, long Bytes);

/// <summary>What the host's own programs did: bars of the pairs, minutes of the index, their longest round (real time), how often one
/// failed and what it said, and the middle of their rounds before anything of ours was there and since.</summary>
internal sealed record HostWrites(
    long Bars,
    long Derived,
    TimeSpan Longest,
    int Failures,
    string? LastFailure,
    TimeSpan MiddleBefore,
    TimeSpan Middle
)
{
    // What nobody would notice isn't told.
    static readonly TimeSpan Noticed = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether a round takes long now and took a tenth of it, or less, before.</summary>
    public bool IsSlower => Middle > Noticed && Middle > MiddleBefore * 10 && MiddleBefore > TimeSpan.Zero;
}
