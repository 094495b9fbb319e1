using System.Globalization;
using System.Text;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>The columns of our tables beside the prices, where a layout has any of them.</summary>
sealed class TableCells(FileLayout layout)
{
    public static TableCells? Of(FileLayout layout) =>
        layout.Format.VolumeMayBeUnknown || layout.NamesTimeframe || layout[BarColumn.Vwap] >= 0 ? new TableCells(layout) : null;

    public BarFault? Read(RowFields row, ref BarFields fields)
    {
        fields.Vwap =
            Cell(BarColumn.Vwap, row, out var vwap) && FieldReader.TryNumber(vwap, out var average) && average > 0 ? average : null;
        fields.IsPartial = Cell(BarColumn.IsPartial, row, out var partial) && partial[0] is (byte)'t' or (byte)'T' or (byte)'1';
        fields.IsDeleted = Cell(BarColumn.DeletedAt, row, out _);
        fields.IsDerived =
            layout[BarColumn.DeletedAt] >= 0
            || layout[BarColumn.Version] >= 0
            || (Cell(BarColumn.Source, row, out var source) && (source.SequenceEqual("synthetic"u8) || source.SequenceEqual("derived"u8)));
        fields.Raw = fields.IsDerived && Cell(BarColumn.Raw, row, out var raw) ? FieldReader.Unquoted(raw) : null;
        if (fields.Raw is { } provenance && !IsObject(provenance))
        {
            return RowFaults.BadRaw(FieldReader.Text(row[layout[BarColumn.Raw]]));
        }

        fields.Timeframe = null;
        if (Cell(BarColumn.Timeframe, row, out var name))
        {
            if (!TryTimeframe(Encoding.UTF8.GetString(name), out var timeframe))
            {
                return RowFaults.BadTimeframe(FieldReader.Text(name));
            }

            fields.Timeframe = timeframe;
        }

        return null;
    }

    // 5m; M5 and H1 of terminals; 5, 60 and D, as Stooq and MetaStock have their periods.
    static bool TryTimeframe(string text, out Timeframe timeframe)
    {
        if (Timeframe.TryParse(text, out timeframe))
        {
            return true;
        }

        var minutes =
            text.Equals("D", StringComparison.OrdinalIgnoreCase) ? Timeframe.OneDay.Minutes
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain
            : text.Length > 1 && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? char.ToUpperInvariant(text[0]) switch
                {
                    'M' => count,
                    'H' => count * Timeframe.OneHour.Minutes,
                    'D' => count * Timeframe.OneDay.Minutes,
                    _ => 0,
                }
            : 0;
        timeframe = Timeframe.All.FirstOrDefault(known => known.Minutes == minutes);
        return timeframe.Minutes == minutes;
    }

    bool Cell(BarColumn column, RowFields row, out ReadOnlySpan<byte> cell)
    {
        cell = layout[column] is >= 0 and var at ? row[at] : default;
        return !cell.IsEmpty && !cell.SequenceEqual("\\N"u8);
    }

    static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
