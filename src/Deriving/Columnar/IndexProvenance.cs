using System.Globalization;
using System.Text;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Rules;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>
/// <see cref="Provenance"/> of a block's minutes as bytes, spelled and ordered as <c>jsonb</c> gives it back (shorter keys first), so that
/// a stored one can be compared without being parsed. One spelled otherwise only costs a look by the server.
/// </summary>
sealed class IndexProvenance
{
    const double Scale = 1e8;

    readonly IndexBlock _block;
    readonly (int Component, byte[] First, byte[] Later)[] _inputs;
    readonly byte[] _kind;
    readonly byte[] _version;
    readonly bool _tellsAges;
    byte[] _text = new byte[1024];
    int _length;

    public IndexProvenance(IndexBlock block)
    {
        (_block, _tellsAges) = (block, block.Rule.CarriesCloses);
        _inputs =
        [
            .. block
                .Definition.Components.Select((component, i) => (component.Symbol.Name, i))
                .OrderBy(input => input.Name.Length)
                .ThenBy(input => input.Name, StringComparer.Ordinal)
                .Select(input => (input.i, Encoding.UTF8.GetBytes($"\"{input.Name}\": "), Encoding.UTF8.GetBytes($", \"{input.Name}\": "))),
        ];
        _kind = Encoding.UTF8.GetBytes($"\"kind\": \"{block.Definition.Symbol.Name.ToLowerInvariant()}\", \"inputs\": {{");
        _version = Encoding.UTF8.GetBytes($"}}, \"version\": {block.Rule.Version}");
        if (_text.Length < Longest)
        {
            _text = new byte[Longest];
        }
    }

    // A key of 16 letters, a number of 30 digits, twice a component, and the rest.
    int Longest => 200 + (_block.Definition.Components.Length * 120);

    /// <summary>The provenance of one minute; the bytes are good until the next call.</summary>
    public ReadOnlySpan<byte> Of(int place)
    {
        _length = 0;
        Append("{"u8);
        if (_tellsAges)
        {
            AppendAges(place);
        }

        Append(_kind);
        var first = true;
        foreach (var (component, start, later) in _inputs)
        {
            Append(first ? start : later);
            AppendClose(_block.Closes[component][place]);
            first = false;
        }

        Append(_version);
        if (_tellsAges)
        {
            Append(", \"age_total\": "u8);
            AppendWhole(TotalAge(place));
        }

        Append("}"u8);
        return _text.AsSpan(0, _length);
    }

    public int TotalAge(int place)
    {
        var total = 0;
        for (var i = 0; i < _block.Ages.Length; i++)
        {
            total += _block.Ages[i][place];
        }

        return total;
    }

    void AppendAges(int place)
    {
        Append("\"ages\": {"u8);
        var first = true;
        foreach (var (component, start, later) in _inputs)
        {
            if (_block.Age(component, place) is var age and > 0)
            {
                Append(first ? start : later);
                AppendWhole(age);
                first = false;
            }
        }

        Append("}, "u8);
    }

    // As (decimal)close is written, which keeps 15 digits: at once where the close has at most eight places and no more digits than that,
    // as prices have.
    void AppendClose(double close)
    {
        var scaled = Math.Round(close * Scale);
        if (scaled >= 1e15 || scaled / Scale != close)
        {
            ((decimal)close).TryFormat(_text.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
            _length += written;
            return;
        }

        var (whole, part) = Math.DivRem((long)scaled, 100_000_000);
        AppendWhole(whole);
        if (part == 0)
        {
            return;
        }

        _text[_length++] = (byte)'.';
        for (var digit = 10_000_000L; part > 0; digit /= 10)
        {
            (var value, part) = Math.DivRem(part, digit);
            _text[_length++] = (byte)('0' + value);
        }
    }

    void AppendWhole(long value)
    {
        value.TryFormat(_text.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_text.AsSpan(_length));
        _length += bytes.Length;
    }
}
