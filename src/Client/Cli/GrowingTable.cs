using System.Text;

namespace DxyOrleans.Client.Cli;

/// <summary>
/// Rows in columns as they come, without knowing what comes later: two spaces always stand between two values, and a column that had to
/// give way to a wider value stays as wide.
/// </summary>
internal sealed class GrowingTable(params (string Head, int Width)[] columns)
{
    readonly int[] _widths = [.. columns.Select(column => Math.Max(column.Head.Length, column.Width))];
    readonly HashSet<int> _right = [];

    /// <summary>Columns, counted from 0, that hold numbers.</summary>
    public GrowingTable Right(params int[] numbers)
    {
        _right.UnionWith(numbers);
        return this;
    }

    /// <summary>Makes the columns wide enough for a row that is to be written.</summary>
    public void Fit(params string[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            _widths[i] = Math.Max(_widths[i], cells[i].Length);
        }
    }

    public string Head() => Row([.. columns.Select(column => column.Head)]);

    public string Row(params string[] cells)
    {
        Fit(cells);
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(i == 0 ? "" : "  ").Append(_right.Contains(i) ? cells[i].PadLeft(_widths[i]) : cells[i].PadRight(_widths[i]));
        }

        return line.ToString().TrimEnd();
    }
}
