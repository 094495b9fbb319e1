using System.Runtime.CompilerServices;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gaps;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>Gaps of a range, a window at a time so that memory stays flat.</summary>
public static class GapScan
{
    static readonly TimeSpan Window = TimeSpan.FromDays(28);

    /// <summary>
    /// Each window's gaps, its market minutes, how many bars stand outside the calendar, and how far the range is done.
    /// Minutes that haven't ended are no gap.
    /// </summary>
    public static async IAsyncEnumerable<(IReadOnlyList<Gap> Gaps, int Market, int Outside, TimeSpan Done)> RunAsync(
        NpgsqlDataSource database,
        SymbolRegistry registry,
        RegistryEntry entry,
        TimeRange range,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var series = new Series(entry.Symbol, Timeframe.OneMinute);
        var table = await RouteReader.TableAsync(database, registry, series, cancellation);
        var calendar = MarketCalendar.Of(await CalendarStore.ReadAsync(database, cancellation), entry.AssetClass);
        var end = UtcTime.Min(range.To, (await database.NowAsync(cancellation)).Floor(Timeframe.OneMinute));
        var maxAge = entry.Index is { } index ? index.Rule.MaxAge(index) : 0;
        var from = entry.Index is { } basket ? UtcTime.Max(range.From, basket.Since) : range.From;
        while (from < end)
        {
            // Windows end in the weekend where they can, so that no gap is cut in two.
            var window = new TimeRange(from, Split(from, end));
            var present = await MinutesAsync(database, table, series, window, false, cancellation);
            var components = new List<ComponentMinutes>();
            foreach (var component in entry.Index?.Components ?? [])
            {
                components.Add(
                    await MinutesAsync(
                        database,
                        BarTable.Data,
                        new Series(component.Symbol, Timeframe.OneMinute),
                        new TimeRange(window.From - TimeSpan.FromMinutes(maxAge), window.To),
                        true,
                        cancellation
                    )
                );
            }

            yield return (
                GapFinder.Find(window, present.Minutes, components, maxAge, present.Unfit, calendar),
                calendar.ExpectedMinutes(window),
                calendar.Outside(present.Minutes, window),
                window.To - range.From
            );
            from = window.To;
        }
    }

    // Rows that are no bar are told apart, with the reason; of a component the close alone is asked for.
    static async Task<ComponentMinutes> MinutesAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        TimeRange range,
        bool closeAlone,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("read_minutes");
        command.Parameters.AddSeries(series).AddRange(range).With(table.Name).With(closeAlone);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var minutes = new List<long>();
        var unfit = new Dictionary<long, string>();
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(1))
            {
                minutes.Add(reader.GetUtc(0).Minute);
            }
            else
            {
                unfit[reader.GetUtc(0).Minute] = $"{series.Symbol}: {reader.GetString(1)}";
            }
        }

        return new ComponentMinutes(series.Symbol, minutes) { Unfit = unfit };
    }

    static UtcTime Split(UtcTime from, UtcTime end)
    {
        if (end - from <= Window)
        {
            return end;
        }

        // 2000-01-01 was a Saturday, on which the market is closed the whole day.
        var day = TimeSpan.FromDays(1).Ticks;
        var saturday = UtcTime.At(2000, 1, 1, 12);
        var weeks = ((from + Window) - saturday).Ticks / (7 * day);
        return saturday + new TimeSpan(weeks * 7 * day);
    }
}
