using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>One reason for which rows of a file were refused: how many, and the first of them.</summary>
internal sealed class RefusalReason(string code)
{
    readonly List<RefusedRow> _first = [];

    public string Code => code;

    public long Rows { get; set; }

    /// <summary>The first rows in the file's order, up to what is kept of a reason.</summary>
    public IReadOnlyList<RefusedRow> First => _first;

    /// <summary>What is the same reason: the same code about the same field, whose name such a sentence begins with.</summary>
    public static string KeyOf(BarFault fault)
    {
        var word = fault.Text.AsSpan(0, Math.Max(0, fault.Text.IndexOf(' ', StringComparison.Ordinal)));
        return word.Length > 0 && char.IsAsciiLetterLower(word[0]) ? $"{fault.Code} {word}" : fault.Code;
    }

    public void Add(RefusedRow row, int keep)
    {
        Rows += row.Rows;
        if (_first.Count < keep)
        {
            _first.Add(row);
        }
    }
}
