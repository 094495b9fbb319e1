using System.Globalization;
using DxyOrleans.Client.Console;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>Bars of a series as they come, and again when they change; from the tables, so it works whoever writes them.</summary>
internal static class BarFollower
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>How far back a change is noticed, in bars.</summary>
    const int Window = 120;

    public const string Head = "time                            open          high           low         close        volume  source";

    public static string Line(ExportedBar bar) => string.Create(CultureInfo.InvariantCulture,
        $"{bar.Time,-20}  {bar.Open,14}{bar.High,14}{bar.Low,14}{bar.Close,14}{bar.Volume,14}  {bar.Source}{(bar.IsPartial ? " partial" : "")}");

    public static async Task RunAsync(
        Session session, NpgsqlDataSource database, BarTable table, Series series, UtcTime from, string format, CancellationToken cancellation)
    {
        var seen = new Dictionary<UtcTime, UtcTime?>();
        if (format != "json")
        {
            session.Out.WriteLine(format == "csv" ? BarOutput.CsvHeader : Head);
        }

        while (true)
        {
            var newest = from;
            await foreach (var bar in BarExport.ReadAsync(database, table, series, new TimeRange(from, UtcTime.At(9999, 1, 1)), null, cancellation))
            {
                newest = bar.Time;
                if (!seen.TryGetValue(bar.Time, out var updated) || updated != bar.UpdatedAt)
                {
                    seen[bar.Time] = bar.UpdatedAt;
                    Print(session.Out, bar, format);
                }
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

    static void Print(TextWriter writer, ExportedBar bar, string format)
    {
        if (format == "json")
        {
            using var document = new JsonOutput(writer, "dxy.bar/1");
            BarOutput.Write(document.Json, bar);
        }
        else
        {
            writer.WriteLine(format == "csv" ? BarOutput.Csv(bar) : Line(bar));
        }
    }
}
