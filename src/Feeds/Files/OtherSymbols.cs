namespace DxyOrleans.Feeds.Files;

/// <summary>The symbols of a file whose rows were passed over: how many there are, and the first of them by name, line and rows.</summary>
public sealed class OtherSymbols
{
    const int Named = 4;
    const int Counted = 100_000;

    readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    readonly List<OtherSymbol> _first = [];
    int _last = -1;

    /// <summary>How many there are, counted up to 100,000.</summary>
    public int Count => _names.Count;

    /// <summary>Rows that were passed over for their symbol.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether any row was of a symbol that was wanted.</summary>
    public bool AnyWanted { get; internal set; }

    /// <summary>The first few.</summary>
    public IReadOnlyList<OtherSymbol> First => _first;

    internal bool Knows(string name) => _names.ContainsKey(name);

    internal void Add(string name, long line)
    {
        if (!_names.TryGetValue(name, out _last))
        {
            _last = _names.Count < Named ? _names.Count : -1;
            if (_names.Count < Counted)
            {
                _names.Add(name, _last);
            }

            if (_last >= 0)
            {
                _first.Add(new OtherSymbol(name, line, 0));
            }
        }

        AddAgain();
    }

    /// <summary>One more row of the symbol that the row before had.</summary>
    internal void AddAgain()
    {
        Rows++;
        if (_last >= 0)
        {
            _first[_last] = _first[_last] with { Rows = _first[_last].Rows + 1 };
        }
    }
}

/// <summary>A symbol that nobody asked for.</summary>
/// <param name="Name">As it is spelled here, or in the file where it can't be.</param>
/// <param name="Line">Where it came first.</param>
/// <param name="Rows">How many rows of it there are.</param>
public readonly record struct OtherSymbol(string Name, long Line, long Rows);
