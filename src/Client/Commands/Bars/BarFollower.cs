using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary>Bars of a series as they come, and again when they change; from the tables, so it works whoever writes them.</summary>
internal static class BarFollower
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>How far back a change is noticed, in bars.</summary>
    const int Window = 120;

    public static async Task RunAsync(
        Session session,
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        UtcTime from,
        string format,
        CancellationToken cancellation
    )
    {
        var seen = new Dictionary<UtcTime, UtcTime?>();
        var text = new BarTableText(session.Out);
        if (format == "csv")
        {
            session.Out.WriteLine(BarCsv.Header);
        }

        while (true)
        {
            var newest = from;
            await foreach (
                var bar in BarExport.ReadAsync(database, table, series, new TimeRange(from, UtcTime.At(9999, 1, 1)), null, cancellation)
            )
            {
                newest = bar.Time;
                if (!seen.TryGetValue(bar.Time, out var updated) || updated != bar.UpdatedAt)
                {
                    seen[bar.Time] = bar.UpdatedAt;
                    Print(session.Out, text, bar, format);
                }
            }

            if (format == "table")
            {
                text.Begin();
            }

            session.Out.Flush();
            from = UtcTime.Max(from, newest - new TimeSpan(series.Timeframe.Ticks * Window));
            foreach (var old in seen.Keys.Where(time => time < from).ToList())
            {
                seen.Remove(old);
            }

            await Task.Delay(Poll, session.Time, cancellation);
        }
    }

    static void Print(TextWriter writer, BarTableText text, ExportedBar bar, string format)
    {
        if (format == "json")
        {
            using var document = new JsonOutput(writer, "dxy.bar/1");
            document.Json.WriteFields(bar);
        }
        else if (format == "csv")
        {
            writer.WriteLine(BarCsv.Line(bar));
        }
        else
        {
            text.Add(bar);
        }
    }
}
