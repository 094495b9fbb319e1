using System.IO.Hashing;
using DxyOrleans.Feeds.Files.Texts;

namespace DxyOrleans.Feeds.Files;

/// <summary>One stream of text out of a file, the file itself or an entry of an archive, as UTF-8. Proves on its last byte that it is
/// whole.</summary>
sealed class InputPart(string name, Stream stream, UnpackLimit? limit, long? wholeLength = null, uint? wholeCrc = null) : IAsyncDisposable
{
    readonly Crc32 _crc = new();
    ITextSource? _text;
    long _read;

    public string Name { get; } = name;

    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="BrokenTextException">It isn't what its beginning says it is.</exception>
    /// <exception cref="InvalidDataException">The archive is cut off or damaged.</exception>
    /// <exception cref="UnpackLimitException">More came out than is allowed.</exception>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_text is not null)
        {
            return await _text.Read(buffer, cancel);
        }

        var isFirst = _read == 0;
        var count = await ReadRaw(buffer, cancel);
        if (
            isFirst
            && (
                (ITextSource?)Utf16Text.Of(buffer[..count], ReadRaw)
                ?? (ITextSource?)Bi5Text.Of(Name, buffer[..count], ReadRaw)
                ?? JsonText.Of(buffer[..count], ReadRaw)
            )
                is { } text
        )
        {
            _text = text;
            return await text.Read(buffer, cancel);
        }

        return count;
    }

    async ValueTask<int> ReadRaw(Memory<byte> buffer, CancellationToken cancel)
    {
        var count = await stream.ReadAsync(buffer, cancel);
        limit?.Take(count);
        _read += count;
        if (wholeCrc is not null)
        {
            _crc.Append(buffer.Span[..count]);
        }

        if (count == 0 && ((wholeLength ?? _read) != _read || (wholeCrc is { } crc && crc != _crc.GetCurrentHashAsUInt32())))
        {
            throw new InvalidDataException("length or checksum is not what the archive says");
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        (_text as IDisposable)?.Dispose();
        return stream.DisposeAsync();
    }
}
