using System.Text;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>A stream of UTF-16 as UTF-8: what MetaTrader 5 and spreadsheets write.</summary>
sealed class Utf16Text : ITextSource
{
    const int Chunk = 16 * 1024;

    // Bytes of UTF-8 that a chunk may become: three for each of its characters, and what was left of the one before.
    const int MaxOut = (Chunk / 2 * 3) + 8;

    readonly Func<Memory<byte>, CancellationToken, ValueTask<int>> _source;
    readonly Decoder _decoder;
    readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    readonly byte[] _in = new byte[Chunk];
    readonly char[] _chars = new char[Chunk];
    readonly byte[] _out = new byte[MaxOut];
    byte[] _first;
    int _start;
    int _end;
    bool _ended;

    Utf16Text(Encoding encoding, byte[] first, Func<Memory<byte>, CancellationToken, ValueTask<int>> source) =>
        (_decoder, _first, _source) = (encoding.GetDecoder(), first, source);

    /// <summary>The text of a stream that begins so, if that is UTF-16: by its mark, or by ASCII of which each other byte is 0.</summary>
    /// <param name="beginning">What was read off the stream already.</param>
    /// <param name="source">Reads on; 0 at the end.</param>
    public static Utf16Text? Of(Memory<byte> beginning, Func<Memory<byte>, CancellationToken, ValueTask<int>> source) =>
        beginning.Span switch
        {
            [0xFF, 0xFE, ..] => new Utf16Text(Encoding.Unicode, beginning[2..].ToArray(), source),
            [0xFE, 0xFF, ..] => new Utf16Text(Encoding.BigEndianUnicode, beginning[2..].ToArray(), source),
            [>= 0x20 and < 0x7F, 0, >= 0x20 and < 0x7F, 0, ..] => new Utf16Text(Encoding.Unicode, beginning.ToArray(), source),
            [0, >= 0x20 and < 0x7F, 0, >= 0x20 and < 0x7F, ..] => new Utf16Text(Encoding.BigEndianUnicode, beginning.ToArray(), source),
            _ => null,
        };

    /// <summary>The next bytes; 0 at the end.</summary>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel)
    {
        while (_start == _end && !_ended)
        {
            await Fill(cancel);
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _out.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    async ValueTask Fill(CancellationToken cancel)
    {
        int count;
        if (_first.Length > 0)
        {
            count = Math.Min(Chunk, _first.Length);
            _first.AsSpan(0, count).CopyTo(_in);
            _first = _first[count..];
        }
        else
        {
            count = await _source(_in, cancel);
        }

        _ended = count == 0;
        var chars = _decoder.GetChars(_in, 0, count, _chars, 0, flush: _ended);
        (_start, _end) = (0, _encoder.GetBytes(_chars, 0, chars, _out, 0, flush: _ended));
    }
}
