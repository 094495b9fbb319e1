using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>One shape of text file that holds a bar a line. A format reads fields; what makes a bar valid is not its concern.</summary>
public interface IBarFileFormat
{
    /// <summary>The name by which a format can be forced.</summary>
    string Name { get; }

    /// <summary>The header, or a first line where there is none, as an error shows it.</summary>
    string Example { get; }

    byte Delimiter { get; }

    int Columns { get; }

    /// <summary>Whether rows name their symbol.</summary>
    bool NamesSymbol { get; }

    /// <summary>The zone of times that have none; null where times carry theirs.</summary>
    FileZone? OwnZone { get; }

    /// <summary>Whether a file that begins with this line, trimmed, is of this format.</summary>
    bool Recognises(ReadOnlySpan<byte> firstLine);

    /// <summary>Whether the line is the header, to be passed over.</summary>
    bool IsHeader(ReadOnlySpan<byte> firstLine);

    /// <summary>Reads the fields of one row, of which there are <see cref="Columns"/>.</summary>
    /// <param name="row">The row's fields.</param>
    /// <param name="zone">The zone of its times; null where the format has none.</param>
    /// <param name="fields">What the row says.</param>
    /// <returns>What is wrong with a field, or null.</returns>
    BarFault? Read(RowFields row, FileZone? zone, ref BarFields fields);
}
