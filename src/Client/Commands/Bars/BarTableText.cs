using DxyOrleans.Bars.Reading;
using DxyOrleans.Client.Cli;

namespace DxyOrleans.Client.Commands.Bars;

/// <summary>Bars as a table: its widths are those of the first rows, and grow where a later one needs it.</summary>
internal sealed class BarTableText(TextWriter writer)
{
    /// <summary>Rows that are looked at before the head is written.</summary>
    const int Ahead = 500;

    readonly GrowingTable _table = new GrowingTable(
        ("time", 20),
        ("open", 12),
        ("high", 12),
        ("low", 12),
        ("close", 12),
        ("volume", 12),
        ("source", 0)
    ).Right(1, 2, 3, 4, 5);

    readonly List<string[]> _waiting = [];
    bool _begun;

    public bool Any => _begun || _waiting.Count > 0;

    public void Add(ExportedBar bar)
    {
        string[] cells =
        [
            bar.Time.ToString(),
            bar.Open ?? "",
            bar.High ?? "",
            bar.Low ?? "",
            bar.Close ?? "",
            bar.Volume ?? "",
            $"{bar.Source}{(bar.IsPartial ? " partial" : "")}",
        ];
        if (_begun)
        {
            writer.WriteLine(_table.Row(cells));
            return;
        }

        _waiting.Add(cells);
        if (_waiting.Count == Ahead)
        {
            Begin();
        }
    }

    /// <summary>Writes the head, if it isn't written yet, and the rows that waited for it.</summary>
    public void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        _waiting.ForEach(cells => _table.Fit(cells));
        writer.WriteLine(_table.Head());
        _waiting.ForEach(cells => writer.WriteLine(_table.Row(cells)));
        _waiting.Clear();
    }
}
