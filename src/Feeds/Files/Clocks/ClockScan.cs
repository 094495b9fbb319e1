using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>Reads the times of a file, and nothing else, where they don't say their zone: by them the zone can be judged.</summary>
static class ClockScan
{
    // Bars as long as this, or longer, don't keep to the hours of the week.
    static readonly Timeframe s_longest = Timeframe.OneHour;

    /// <summary>When each part of the file has bars by its own clock; parts that can't be read, or whose times say their zone, are
    /// absent.</summary>
    public static async Task<IReadOnlyDictionary<string, ClockActivity>> Read(
        string path,
        ResolvedOptions options,
        CancellationToken cancel
    )
    {
        var clocks = new Dictionary<string, ClockActivity>();
        var timeframe = options.Given.Timeframe ?? Timeframe.OneMinute;
        if (options.Given.TrustsClock || timeframe > s_longest)
        {
            return clocks;
        }

        try
        {
            await foreach (var part in InputFile.Parts(path, options.Given.MaxUncompressedBytes, cancel))
            {
                await using (part)
                {
                    if (await ReadPart(part, options, timeframe, cancel) is { } clock)
                    {
                        clocks[part.Name] = clock;
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Reading it in earnest will say what is wrong.
            return clocks;
        }

        return clocks;
    }

    static async Task<ClockActivity?> ReadPart(InputPart part, ResolvedOptions options, Timeframe timeframe, CancellationToken cancel)
    {
        var lines = new LineReader(part, options.Given.MaxUncompressedBytes);
        var row = new RowFields();
        var activity = new ClockActivity();
        FileLayout? layout = null;
        do
        {
            if (layout is null)
            {
                if (!FileHead.TryFirst(lines, out var first, out var isWhole, out _))
                {
                    continue;
                }

                if (FileHead.LayoutOf(first, part.Name, options) is not { } found || !found.MayNeedZone(options.Zone))
                {
                    return null;
                }

                if (!isWhole)
                {
                    continue;
                }

                layout = found;
                Take(first, layout);
            }

            while (lines.Next(out var line) != LineReader.Step.Wanting)
            {
                Take(line, layout);
            }
        } while (await lines.Fill(cancel));

        return activity.IsEmpty ? null : activity;

        void Take(ReadOnlySpan<byte> line, FileLayout of)
        {
            row.Split(line, of.Delimiter);
            if (row.Count == of.Columns && of.TryTime(row, out var time) && !time.HasZone)
            {
                activity.Add(time.Value, timeframe.Length);
            }
        }
    }
}
