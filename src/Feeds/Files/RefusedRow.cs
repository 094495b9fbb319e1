using System.Globalization;
using System.Text;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>A line that gave no bar, or a file that could not be read further.</summary>
/// <param name="File">The path; an archive's entry as <c>path!entry</c>.</param>
/// <param name="Line">Counted from 1, the header included; of a broken file the last line read, 0 when there was none.</param>
/// <param name="Fault">What is wrong and what to do.</param>
/// <param name="Text">The line's beginning, printable.</param>
public sealed record RefusedRow(string File, long Line, BarFault Fault, string Text)
{
    const int MaxText = 80;

    /// <summary>How many rows are refused by it; more than 1 where one line stands for all of a kind, which the first of them
    /// heads.</summary>
    public long Rows { get; init; } = 1;

    /// <summary>The line as it stands, where that was asked for and the row is one line.</summary>
    public string? Whole { get; init; }

    public override string ToString() => $"{File}:{Line}: {Fault.Text}";

    internal static string Excerpt(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxText * 4)]);
        return Printable(text, MaxText);
    }

    /// <summary>Text of somebody else's for a terminal: nothing in it moves the cursor, sets a colour or turns the writing's
    /// direction.</summary>
    internal static string Printable(string text, int most) =>
        string.Concat(
            text.Take(most)
                .Select(c =>
                    char.IsControl(c)
                    || char.GetUnicodeCategory(c)
                        is UnicodeCategory.Format
                            or UnicodeCategory.LineSeparator
                            or UnicodeCategory.ParagraphSeparator
                        ? '·'
                        : c
                )
        ) + (text.Length > most ? "…" : "");
}
