namespace DxyOrleans.Feeds.Files;

/// <summary>
/// A line cut at its delimiter, blanks around fields taken off. A field in double quotes may contain the delimiter, and a quote written
/// twice; the quotes around it are taken off.
/// </summary>
sealed class RowFields
{
    public const int MaxKept = 64;
    readonly int[] _starts = new int[MaxKept];
    readonly int[] _ends = new int[MaxKept];
    byte[] _line = new byte[512];
    int _length;

    /// <summary>How many fields the line has; only the first 64 can be read.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    public ReadOnlySpan<byte> this[int index] => _line.AsSpan(_starts[index].._ends[index]);

    internal void Split(ReadOnlySpan<byte> line, byte delimiter)
    {
        if (line.Length > _line.Length)
        {
            _line = new byte[line.Length * 2];
        }

        line.CopyTo(_line);
        _length = line.Length;
        Count = 0;
        var start = 0;
        while (start <= line.Length)
        {
            var from = start;
            while (from < line.Length && line[from] == ' ')
            {
                from++;
            }

            var quoted = from < line.Length && line[from] == '"';
            var end = quoted ? Closing(line, ++from) : Find(line, from, delimiter);
            var next = quoted ? Find(line, end, delimiter) : end;
            while (!quoted && end > from && line[end - 1] == ' ')
            {
                end--;
            }

            if (Count < MaxKept)
            {
                _starts[Count] = from;
                _ends[Count] = end;
            }

            Count++;
            start = next + 1;
        }
    }

    /// <summary>Takes each comma of the line for a point, as of a line whose numbers are written so.</summary>
    public void CommasToPoints() => _line.AsSpan(0, _length).Replace((byte)',', (byte)'.');

    // The quote that isn't written twice.
    static int Closing(ReadOnlySpan<byte> line, int from)
    {
        var end = Find(line, from, (byte)'"');
        while (end + 1 < line.Length && line[end + 1] == '"')
        {
            end = Find(line, end + 2, (byte)'"');
        }

        return end;
    }

    static int Find(ReadOnlySpan<byte> line, int from, byte wanted)
    {
        var found = from < line.Length ? line[from..].IndexOf(wanted) : -1;
        return found < 0 ? line.Length : from + found;
    }
}
