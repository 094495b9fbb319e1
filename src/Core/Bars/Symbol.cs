namespace DxyOrleans.Core.Bars;

/// <summary>
/// The canonical name of an instrument: 3 to 16 letters, digits, dots or underscores, upper case, beginning with a letter (<c>EURUSD</c>,
/// <c>DXY</c>). <c>default</c> is no symbol; using it throws.
/// </summary>
public readonly record struct Symbol : IComparable<Symbol>
{
    private readonly string? _name;

    private Symbol(string name) => _name = name;

    public string Name => _name ?? throw new InvalidOperationException("default(Symbol) names nothing.");

    /// <summary>Accepts vendors' spellings as well (<c>C:EUR-USD</c>, <c>eur/usd</c>) and makes them canonical.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Symbol symbol)
    {
        symbol = default;
        text = text.Trim();
        if (text.StartsWith("C:", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
        }

        Span<char> canonical = stackalloc char[17];
        var length = 0;
        foreach (var c in text)
        {
            if (c is '/' or '-')
            {
                continue;
            }

            if (length == 16 || !(char.IsAsciiLetterOrDigit(c) || c is '.' or '_'))
            {
                return false;
            }

            canonical[length++] = char.ToUpperInvariant(c);
        }

        if (length < 3 || !char.IsAsciiLetter(canonical[0]))
        {
            return false;
        }

        symbol = new Symbol(new string(canonical[..length]));
        return true;
    }

    /// <exception cref="FormatException">Not a symbol's spelling.</exception>
    public static Symbol Parse(string text) =>
        TryParse(text, out var symbol)
            ? symbol
            : throw new FormatException($"'{text}' is not a symbol; write 3 to 16 letters or digits, like EURUSD.");

    public int CompareTo(Symbol other) => string.CompareOrdinal(_name, other._name);

    public static bool operator <(Symbol left, Symbol right) => left.CompareTo(right) < 0;

    public static bool operator >(Symbol left, Symbol right) => left.CompareTo(right) > 0;

    public static bool operator <=(Symbol left, Symbol right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Symbol left, Symbol right) => left.CompareTo(right) >= 0;

    public override string ToString() => _name ?? "(none)";
}
