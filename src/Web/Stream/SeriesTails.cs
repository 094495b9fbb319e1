using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Stream;

/// <summary>The series that somebody reads: where their bars are, the newest of them, and those that were corrected further back.</summary>
sealed class SeriesTails(SeriesReader reader, TimeProvider time)
{
    readonly Dictionary<Series, BarTail> _tails = [];
    readonly Corrections _corrections = new();
    readonly Rhythm _deep = new(TimeSpan.FromSeconds(20), time);
    readonly Rhythm _tables = new(TimeSpan.FromSeconds(2), time);

    /// <summary>How often it is looked whether a long transaction brought something in among what was seen.</summary>
    readonly Rhythm _late = new(TimeSpan.FromSeconds(30), time);

    /// <summary>The last correction that was seen.</summary>
    public long Correction => _corrections.Last;

    public void Forget()
    {
        _tails.Clear();
        Array.ForEach([_deep, _tables, _late], rhythm => rhythm.Reset());
    }

    /// <summary>Begins with what comes.</summary>
    public Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        _corrections.BeginAsync(connection, cancellation);

    /// <summary>Tells what is new of the series.</summary>
    public async Task CheckAsync(
        NpgsqlConnection connection,
        IReadOnlySet<Series> wanted,
        Action<IEnumerable<StreamEvent>> tell,
        CancellationToken cancellation
    )
    {
        await TablesAsync(connection, wanted, cancellation);
        await BarsAsync(connection, tell, cancellation);
        await CorrectionsAsync(connection, tell, cancellation);
    }

    // A symbol's route may change while its bars are read.
    async Task TablesAsync(NpgsqlConnection connection, IReadOnlySet<Series> wanted, CancellationToken cancellation)
    {
        foreach (var series in _tails.Keys.Except(wanted).ToList())
        {
            _tails.Remove(series);
        }

        var again = _tables.IsDue();
        foreach (var series in wanted)
        {
            if (!_tails.TryGetValue(series, out var tail))
            {
                _tails[series] = tail = new BarTail(series);
            }

            if (again || tail.Table is null)
            {
                tail.Table = await TableAsync(connection, series, cancellation);
            }
        }
    }

    async Task<BarTable?> TableAsync(NpgsqlConnection connection, Series series, CancellationToken cancellation)
    {
        try
        {
            return await reader.TableAsync(connection, series, cancellation);
        }
        catch (ProblemException)
        {
            // It was taken out of the registry since.
            return null;
        }
    }

    async Task BarsAsync(NpgsqlConnection connection, Action<IEnumerable<StreamEvent>> tell, CancellationToken cancellation)
    {
        var deep = _deep.IsDue();
        foreach (var tail in _tails.Values.Where(tail => tail.Table is not null))
        {
            var from = tail.From(deep);
            if (from == SeriesReader.First)
            {
                from = await NewestBars.FromAsync(connection, tail.Table!, tail.Series, SeriesReader.Last, BarTail.DeepWindow, cancellation)
                    ?? from;
            }

            var range = new TimeRange(from, SeriesReader.Last);
            var rows = await SeriesReader.RowsAsync(connection, tail.Table!, tail.Series, range, null, cancellation);
            tell(tail.Differences(from, rows));
        }
    }

    async Task CorrectionsAsync(NpgsqlConnection connection, Action<IEnumerable<StreamEvent>> tell, CancellationToken cancellation)
    {
        if (
            await _corrections.NextAsync(connection, cancellation) is not { } corrected
            || (_late.IsDue() && await _corrections.MissedAnyAsync(connection, cancellation))
        )
        {
            tell([StreamEvent.Reset]);
            return;
        }

        foreach (var tail in _tails.Values.Where(tail => tail.Table is not null))
        {
            // What lies in the window was seen there.
            var from = tail.From(deep: false);
            tell(
                await Replay.CorrectedAsync(connection, tail, [.. corrected[tail.Series].Where(bar => bar < from)], cancellation)
                    ?? [StreamEvent.Reset]
            );
        }
    }
}
