namespace DxyOrleans.Feeds.Files;

/// <summary>What the first lines of a file tell.</summary>
static class FileHead
{
    /// <summary>A blank line, a remark, or what spreadsheets write to say what parts fields.</summary>
    static bool SaysNothing(ReadOnlySpan<byte> line) => line.IsEmpty || line[0] == '#' || line.StartsWith("sep="u8);

    /// <summary>
    /// The first line that says anything; or the beginning of one that doesn't end in good time, which decides too: what has no end is
    /// not read to it. False while more has to be read.
    /// </summary>
    /// <param name="lines">At the file's beginning, or where this was false.</param>
    /// <param name="first">The line.</param>
    /// <param name="isWhole">Whether it ended; else its end is still to come.</param>
    /// <param name="isTooLong">Whether it ended too late to be a row.</param>
    public static bool TryFirst(LineReader lines, out ReadOnlySpan<byte> first, out bool isWhole, out bool isTooLong)
    {
        LineReader.Step step;
        do
        {
            step = lines.Next(out first);
        } while (step == LineReader.Step.Line && SaysNothing(first));

        (isWhole, isTooLong) = (step != LineReader.Step.Wanting, step == LineReader.Step.TooLong);
        if (!isWhole && lines.IsSkipping)
        {
            first = lines.Ahead;
            return true;
        }

        return isWhole;
    }

    /// <summary>How a file is laid out, by its first line that says anything; null when it is of no format, or not of the one that is
    /// asked for.</summary>
    /// <param name="line">That line.</param>
    /// <param name="name">The file's name, which says the day where times are those of a day.</param>
    /// <param name="options">What is asked for.</param>
    public static FileLayout? LayoutOf(ReadOnlySpan<byte> line, string name, ResolvedOptions options) =>
        (options.Format is { } forced ? FileLayout.Force(forced, line) : BarFileFormats.Recognise(line))?.Of(name);
}
