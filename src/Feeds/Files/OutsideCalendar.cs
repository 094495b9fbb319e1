using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>Counts bars of a file in which nobody trades, by the calendar of their symbol; they are kept all the same.</summary>
sealed class OutsideCalendar(Func<Symbol, MarketCalendar> calendars)
{
    // Bars come in order mostly: one look answers for all of a stretch of days.
    static readonly TimeSpan s_ahead = TimeSpan.FromDays(3);

    readonly Dictionary<Symbol, (MarketCalendar Calendar, TimeRange Seen, List<TimeRange> Open)> _stretches = [];
    long _rows;
    UtcTime _first;

    public void See(Bar bar)
    {
        var range = new TimeRange(bar.Time, bar.Time + bar.Timeframe);
        if (!_stretches.TryGetValue(bar.Symbol, out var stretch) || !stretch.Seen.Contains(range.From) || range.To > stretch.Seen.To)
        {
            var calendar = stretch.Calendar ?? calendars(bar.Symbol);
            var seen = new TimeRange(range.From, range.To + s_ahead);
            _stretches[bar.Symbol] = stretch = (calendar, seen, [.. calendar.OpenRanges(seen)]);
        }

        foreach (var open in stretch.Open)
        {
            if (open.Overlaps(range))
            {
                return;
            }
        }

        _first = _rows == 0 ? bar.Time : UtcTime.Min(_first, bar.Time);
        _rows++;
    }

    public IEnumerable<string> Notes() =>
        _rows == 0
            ? []
            :
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_rows:N0} {(_rows == 1 ? "bar lies" : "bars lie")} outside the market's calendar, the first at {_first}; "
                        + $"kept all the same"
                ),
            ];
}
