namespace DxyOrleans.Client.LocalCluster;

/// <summary>What a silo wrote, read for who waits for it.</summary>
internal sealed class SiloLog(string path)
{
    // A silo's own line on why it can't run begins so; it is the whole story.
    const string Own = "dxy-silo: ";
    const string Taken = " is taken";
    const string Unhandled = "Unhandled exception. ";
    const string Listening = "Now listening on: ";
    const int Lines = 12;

    static readonly string[] Troubles = [" warn: ", " fail: ", " crit: "];

    public string Path => path;

    /// <summary>Whether it says that another program has one of its ports.</summary>
    public bool SaysPortIsTaken =>
        Read().Any(line => line.StartsWith(Own, StringComparison.Ordinal) && line.Contains(Taken, StringComparison.Ordinal));

    /// <summary>Whether it came so far as to answer.</summary>
    public bool SaysItListens => Read().Any(line => line.Contains(Listening, StringComparison.Ordinal));

    /// <summary>Why it ended, in one line.</summary>
    public string LastWords()
    {
        var lines = Read();
        var own = lines
            .Where(line => line.StartsWith(Own, StringComparison.Ordinal))
            .Select(line => line[Own.Length..].TrimEnd('.'))
            .ToList();
        return own.Count > 0 ? string.Join("; ", own)
            : lines.LastOrDefault(line => line.StartsWith(Unhandled, StringComparison.Ordinal)) is { } unhandled
                ? unhandled[Unhandled.Length..]
            : lines.Count == 0 ? "it said nothing"
            : string.Join(" | ", lines.TakeLast(Lines).Select(line => line.Trim()));
    }

    /// <summary>The last warning or error without its time; null while there was none.</summary>
    public string? LastTrouble() =>
        Read()
            .LastOrDefault(line =>
                Troubles.Any(word => line.Contains(word, StringComparison.Ordinal)) && !line.Contains("ServerGC", StringComparison.Ordinal)
            )
            is { } line
            ? line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim()
            : null;

    List<string> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        // It goes on writing.
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
            }
        }

        return lines;
    }
}
