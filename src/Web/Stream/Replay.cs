using DxyOrleans.Core.Time;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Stream;

/// <summary>What a reader missed while it was away, from the tables: any silo can tell.</summary>
sealed class Replay(NpgsqlDataSource database, SeriesReader reader, ReadGate gate)
{
    /// <summary>Bars of a series that a reader who comes again is sent one by one; of more it reads anew.</summary>
    const int MaxBars = 400;

    /// <summary>How long ago, in market time, a reader may have been told the last.</summary>
    static readonly TimeSpan MaxBreak = TimeSpan.FromMinutes(10);

    /// <summary>What a reader missed since its position. One event that says to read anew where that is long ago or much.</summary>
    public Task<IReadOnlyList<StreamEvent>> SinceAsync(Subscription subscription, string position, CancellationToken cancellation) =>
        gate.ReadAsync(
            async end =>
            {
                await using var connection = await database.OpenConnectionAsync(end);
                var now = await connection.NowAsync(end);
                return StreamPosition.TryParse(position, out var since) && since.Time <= now && now - since.Time <= MaxBreak
                    ? await SinceAsync(connection, subscription, since, end) ?? [StreamEvent.Reset]
                    : [StreamEvent.Reset];
            },
            cancellation
        );

    /// <summary>Corrected bars as they are now; null where they are too many to be told one by one.</summary>
    public static async Task<IReadOnlyList<StreamEvent>?> CorrectedAsync(
        NpgsqlConnection connection,
        BarTail tail,
        IReadOnlyCollection<UtcTime> bars,
        CancellationToken cancellation
    )
    {
        if (bars.Count == 0)
        {
            return [];
        }

        if (bars.Distinct().Count() > MaxBars)
        {
            return null;
        }

        var events = new List<StreamEvent>();
        foreach (var bar in bars.Distinct().Order())
        {
            var range = new TimeRange(bar, bar + TimeSpan.FromMicroseconds(1));
            var rows = await SeriesReader.RowsAsync(connection, tail.Table!, tail.Series, range, null, cancellation);
            events.Add(rows.Count > 0 ? tail.Event(rows[^1]) : tail.Removed(bar));
        }

        return events;
    }

    async Task<IReadOnlyList<StreamEvent>?> SinceAsync(
        NpgsqlConnection connection,
        Subscription subscription,
        StreamPosition since,
        CancellationToken cancellation
    )
    {
        if (await Corrections.SinceAsync(connection, since.Correction, cancellation) is not { } corrected)
        {
            return null;
        }

        var missed = new List<StreamEvent>();
        foreach (var series in subscription.Series)
        {
            var tail = new BarTail(series) { Table = await reader.TableAsync(connection, series, cancellation) };
            var from = since.Time.Floor(series.Timeframe) - new TimeSpan(series.Timeframe.Ticks * BarTail.Window);
            var range = new TimeRange(from, SeriesReader.Last);
            var rows = await SeriesReader.RowsAsync(connection, tail.Table, series, range, null, cancellation);
            missed.AddRange(rows.Select(tail.Event));
            if (
                rows.Count > MaxBars
                || await CorrectedAsync(connection, tail, [.. corrected[series].Except(rows.Select(row => row.Time))], cancellation)
                    is not { } events
            )
            {
                return null;
            }

            missed.AddRange(events);
        }

        return missed;
    }
}
