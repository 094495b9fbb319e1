namespace DxyOrleans.Feeds.Files;

/// <summary>The formats there are. A new one is a class and a line here.</summary>
public static class BarFileFormats
{
    public static IReadOnlyList<IBarFileFormat> All { get; } = [new DxyFormat(), new HistDataFormat(), new MassiveFormat()];

    /// <exception cref="ArgumentException">No format has that name.</exception>
    public static IBarFileFormat Get(string name) => All.FirstOrDefault(format => format.Name == name)
        ?? throw new ArgumentException($"There is no format '{name}'; there are {string.Join(", ", All.Select(format => format.Name))}.", nameof(name));

    internal static IBarFileFormat? Recognise(ReadOnlySpan<byte> firstLine)
    {
        foreach (var format in All)
        {
            if (format.Recognises(firstLine))
            {
                return format;
            }
        }

        return null;
    }
}
