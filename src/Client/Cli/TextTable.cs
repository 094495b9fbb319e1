using System.Text;

namespace DxyOrleans.Client.Cli;

/// <summary>Rows in aligned columns, for people and for grep: no frames, nothing wrapped or cut.</summary>
internal sealed class TextTable(params string[] heads)
{
    readonly List<string[]> _rows = [];
    readonly HashSet<int> _right = [];

    /// <summary>Columns, counted from 0, that hold numbers.</summary>
    public TextTable Right(params int[] columns)
    {
        _right.UnionWith(columns);
        return this;
    }

    public void Add(params string[] cells) => _rows.Add(cells);

    public int Count => _rows.Count;

    public void Write(TextWriter writer)
    {
        var widths = heads.Select((head, i) => Math.Max(head.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length))).ToArray();
        WriteRow(writer, heads, widths);
        foreach (var row in _rows)
        {
            WriteRow(writer, row, widths);
        }
    }

    void WriteRow(TextWriter writer, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(i == 0 ? "" : "  ").Append(_right.Contains(i) ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }

        writer.WriteLine(line.ToString().TrimEnd());
    }
}
