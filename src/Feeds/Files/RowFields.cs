namespace DxyOrleans.Feeds.Files;

/// <summary>A line cut at its delimiter. A field in double quotes may contain the delimiter; the quotes are taken off.</summary>
public sealed class RowFields
{
    const int MaxKept = 32;
    readonly int[] _starts = new int[MaxKept];
    readonly int[] _ends = new int[MaxKept];
    byte[] _line = new byte[512];
    int _length;

    /// <summary>How many fields the line has; only the first 32 can be read.</summary>
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
            var quoted = start < line.Length && line[start] == '"';
            var from = quoted ? start + 1 : start;
            var end = Find(line, from, quoted ? (byte)'"' : delimiter);
            if (Count < MaxKept)
            {
                _starts[Count] = from;
                _ends[Count] = end;
            }

            Count++;
            start = (quoted ? Find(line, end, delimiter) : end) + 1;
        }
    }

    static int Find(ReadOnlySpan<byte> line, int from, byte wanted)
    {
        var found = line[from..].IndexOf(wanted);
        return found < 0 ? line.Length : from + found;
    }
}
