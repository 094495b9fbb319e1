using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Stream;

/// <summary>
/// The newest bars of a series as they were last seen, and what differs when they are read again. Not for several threads at once.
/// </summary>
sealed class BarTail(Series series)
{
    /// <summary>Bars that are read again each time.</summary>
    public const int Window = 10;

    /// <summary>Bars that are read again now and then: a minute that is put in late is found by it.</summary>
    public const int DeepWindow = 1_500;

    readonly SortedDictionary<UtcTime, string> _seen = [];
    bool _begun;

    public Series Series => series;

    public BarTable? Table { get; set; }

    /// <summary>From when on bars are read.</summary>
    public UtcTime From(bool deep) =>
        _seen.Count == 0
            ? SeriesReader.First
            : UtcTime.Max(SeriesReader.First, _seen.Keys.Last() - new TimeSpan(series.Timeframe.Ticks * (deep ? DeepWindow : Window)));

    /// <summary>What differs from what was seen, now that these are the rows from an instant on.</summary>
    public IEnumerable<StreamEvent> Differences(UtcTime from, IReadOnlyList<ExportedBar> rows)
    {
        var first = !_begun;
        _begun = true;
        var present = new HashSet<UtcTime>(rows.Count);
        foreach (var row in rows)
        {
            present.Add(row.Time);
            var text = BarDocuments.One(row);
            if (_seen.GetValueOrDefault(row.Time) == text)
            {
                continue;
            }

            _seen[row.Time] = text;
            if (!first)
            {
                yield return Event(row.Time, text);
            }
        }

        foreach (var gone in _seen.Keys.Where(time => time >= from && !present.Contains(time)).ToList())
        {
            _seen.Remove(gone);
            yield return Removed(gone);
        }

        while (_seen.Count > DeepWindow * 2)
        {
            _seen.Remove(_seen.Keys.First());
        }
    }

    public StreamEvent Event(ExportedBar row) => Event(row.Time, BarDocuments.One(row));

    public StreamEvent Removed(UtcTime time) =>
        new(
            "removed",
            Key(time),
            $"{{\"symbol\":\"{series.Symbol}\",\"timeframe\":\"{series.Timeframe}\",\"ts_utc\":\"{time}\"}}",
            series.ToString()
        );

    StreamEvent Event(UtcTime time, string text) => new("bar", Key(time), text, series.ToString());

    string Key(UtcTime time) => $"{series}@{time}";
}
