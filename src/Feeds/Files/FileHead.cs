namespace DxyOrleans.Feeds.Files;

/// <summary>What the first lines of a file tell.</summary>
static class FileHead
{
    /// <summary>A blank line, a remark, or what spreadsheets write to say what parts fields.</summary>
    public static bool SaysNothing(ReadOnlySpan<byte> line) => line.IsEmpty || line[0] == '#' || line.StartsWith("sep="u8);

    /// <summary>How a file is laid out, by its first line that says anything; null when it is of no format, or not of the one that is
    /// asked for.</summary>
    /// <param name="line">That line.</param>
    /// <param name="name">The file's name, which says the day where times are those of a day.</param>
    /// <param name="options">What is asked for.</param>
    public static FileLayout? LayoutOf(ReadOnlySpan<byte> line, string name, ResolvedOptions options) =>
        (options.Format is { } forced ? FileLayout.Force(forced, line) : BarFileFormats.Recognise(line))?.Of(name);
}
