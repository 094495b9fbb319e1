using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Auditing;

/// <summary>
/// The second net: compares a target's inputs with its stored bars, and records as due, and counts as missed, what differs though no
/// trigger told of it.
/// </summary>
public sealed class Sweeper(NpgsqlDataSource database, ITargetRule rule)
{
    /// <summary>How far back the recent part of a sweep reaches.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(2);

    // Missed bars closer together than this are made due as one range.
    static readonly TimeSpan Together = TimeSpan.FromHours(1);

    /// <summary>Sweeps the last two days, then the slice of history after the one swept last; returns how many bars were missed.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var now = await database.NowAsync(cancellation);
        var missed = await SweepAsync(new TimeRange(now - Recent, now), cancellation);
        if (await NextSliceAsync(now, cancellation) is { } slice)
        {
            missed += await SweepAsync(slice, cancellation);
            await using var command = database.Statement("save_sweep_position");
            command.Parameters.AddSeries(rule.Series).With(slice.To.ToDateTime());
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return missed;
    }

    /// <summary>Sweeps one range, however long, in windows.</summary>
    public async Task<int> SweepAsync(TimeRange range, CancellationToken cancellation)
    {
        var verifier = new TargetVerifier(database, rule);
        var missed = 0;
        range = range.Widen(rule.Series.Timeframe);
        for (var from = range.From; from < range.To; from += rule.MaxSlice)
        {
            var window = new TimeRange(from, UtcTime.Min(from + rule.MaxSlice, range.To));
            var comparison = await verifier.CompareAsync(window, onlyUnrecorded: true, cancellation);
            // What another program made, what somebody decided to keep and what was copied stands: deriving it again would undo that bar by
            // bar, so it is left to who asks for it; verify shows it.
            var times = comparison
                .Differences.Where(difference =>
                    difference.Kind != DifferenceKind.InputsGone
                    && (difference.Stored is null || (Provenance.IsOurs(difference.Raw) && !Provenance.IsCopied(difference.Raw)))
                )
                .Select(difference => difference.Time)
                .ToList();
            foreach (var found in Ranges(times, rule.Series.Timeframe))
            {
                await using var command = database.Statement("record_missed");
                command.Parameters.AddSeries(rule.Series).AddRange(found.Range).With(found.Bars);
                await command.ExecuteNonQueryAsync(cancellation);
            }

            missed += times.Count;
        }

        return missed;
    }

    /// <summary>Gathers ascending bar times into ranges, those near each other into one.</summary>
    public static IEnumerable<(TimeRange Range, int Bars)> Ranges(IReadOnlyList<UtcTime> times, Timeframe timeframe)
    {
        var first = 0;
        for (var i = 1; i <= times.Count; i++)
        {
            if (i == times.Count || times[i] - times[i - 1] > Together)
            {
                yield return (new TimeRange(times[first], times[i - 1] + timeframe), i - first);
                first = i;
            }
        }
    }

    // History is swept slice by slice, from the first input to now, then from the start again.
    async Task<TimeRange?> NextSliceAsync(UtcTime now, CancellationToken cancellation)
    {
        await using var command = database.Statement("next_sweep_slice");
        command.Parameters.AddSeries(rule.Series);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || reader.IsDBNull(0))
        {
            return null;
        }

        var first = reader.GetUtc(0);
        var from = reader.IsDBNull(1) ? first : UtcTime.Max(first, reader.GetUtc(1));
        from = (from >= now - Recent ? first : from).Floor(rule.Series.Timeframe);
        var to = UtcTime.Min(from + (rule.MaxSlice * 15), now);
        return from < to ? new TimeRange(from, to) : null;
    }
}
