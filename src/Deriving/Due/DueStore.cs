using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Due;

/// <summary>One row of the backlog, for people.</summary>
public sealed record DueRow(
    long Id,
    Series Target,
    TimeRange Range,
    string Cause,
    int? Version,
    bool Prune,
    UtcTime RecordedAt,
    int Attempts,
    UtcTime? RetryAt,
    string? Error
);

/// <summary>The backlog: what changed and is not yet expanded, what is due, what is stuck.</summary>
public sealed class DueStore(NpgsqlDataSource database)
{
    // Up to here a request's fifty-odd pieces of a week cost less than the look at what bars there are.
    static readonly TimeSpan Long = TimeSpan.FromDays(366);

    /// <summary>Turns recorded changes into due work; returns how many it took (at most 5,000 a call).</summary>
    public async Task<int> ExpandAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ChangeExpansion.ExpandAsync(connection, cancellation);
    }

    /// <summary>Targets that may have ripe work, in order.</summary>
    public async Task<IReadOnlyList<Series>> TargetsAsync(CancellationToken cancellation)
    {
        await using var command = database.Statement("targets_due");
        return await TargetsAsync(command, cancellation);
    }

    /// <summary>Targets with ripe work of at least this length in one piece, in several weeks, in order.</summary>
    public async Task<IReadOnlyList<Series>> TargetsOfWeeksAsync(TimeSpan shortest, CancellationToken cancellation)
    {
        await using var command = database.Statement("targets_of_weeks");
        command.Parameters.With(shortest);
        return await TargetsAsync(command, cancellation);
    }

    /// <summary>Makes a range of a target due; it is widened to whole bars, and where it is over a year long cut to where there are bars of
    /// the target or its inputs.</summary>
    /// <param name="target">The target.</param>
    /// <param name="range">Bars, by their open.</param>
    /// <param name="cause"><c>request</c> or <c>sweep</c>.</param>
    /// <param name="version">Derive by this version whatever the stored rows carry.</param>
    /// <param name="prune">Remove stored bars whose inputs are gone.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <returns>What is due now; empty where there is nothing.</returns>
    public async Task<TimeRange> RequestAsync(
        Series target,
        TimeRange range,
        string cause,
        IDerivingRule? version,
        bool prune,
        CancellationToken cancellation
    )
    {
        range = range.Widen(target.Timeframe);
        if (range.Length > Long)
        {
            range = range.Intersect(await HeldAsync(target, range, cancellation));
        }

        if (range.IsEmpty)
        {
            return range;
        }

        await using var command = database.Statement("request_due");
        command.Parameters.AddSeries(target).AddRange(range).With(cause).With(version?.Version).With(prune);
        await command.ExecuteNonQueryAsync(cancellation);
        return range;
    }

    /// <summary>The backlog as it stands.</summary>
    /// <param name="onlyParked">Only what failed.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<IReadOnlyList<DueRow>> ListAsync(bool onlyParked, CancellationToken cancellation)
    {
        await using var command = database.Statement("list_due");
        command.Parameters.With(onlyParked);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<DueRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                new DueRow(
                    reader.GetInt64(0),
                    new Series(Symbol.Parse(reader.GetString(1)), Timeframe.Parse(reader.GetString(2))),
                    new TimeRange(reader.GetUtc(3), reader.GetUtc(4)),
                    reader.GetString(5),
                    reader.IsDBNull(6) ? null : reader.GetInt32(6),
                    reader.GetBoolean(7),
                    reader.GetUtc(8),
                    reader.GetInt32(9),
                    reader.IsDBNull(10) ? null : reader.GetUtc(10),
                    reader.IsDBNull(11) ? null : reader.GetString(11)
                )
            );
        }

        return rows;
    }

    /// <summary>Lets everything stuck be tried again at once; returns how much that was.</summary>
    public async Task<int> RetryAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("UPDATE dxy.due SET retry_at = NULL WHERE attempts > 0 AND retry_at IS NOT NULL");
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    async Task<TimeRange> HeldAsync(Series target, TimeRange range, CancellationToken cancellation)
    {
        await using var command = database.Statement("request_range");
        command.Parameters.AddSeries(target);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.IsDBNull(0) ? new TimeRange(range.From, range.From) : new TimeRange(reader.GetUtc(0), reader.GetUtc(1));
    }

    static async Task<IReadOnlyList<Series>> TargetsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<Series>();
        while (await reader.ReadAsync(cancellation))
        {
            // A name that is no symbol of ours has no grain; one such row must not hide the others.
            if (Series.TryParse($"{reader.GetString(0)}/{reader.GetString(1)}", out var target))
            {
                targets.Add(target);
            }
        }

        return targets;
    }
}
