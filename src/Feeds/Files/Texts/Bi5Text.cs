using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SharpCompress.Compressors.LZMA;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>
/// Dukascopy's binary files as lines of text: LZMA, in it records of big-endian numbers. A quote is milliseconds of the hour, ask, bid and
/// the volumes of both; a minute is seconds of the day, open, close, low, high and volume (dukascopy-node's decompressor and normaliser).
/// Volumes are in millions.
/// </summary>
sealed class Bi5Text : ITextSource, IDisposable
{
    const int Header = 13;
    const int TickBytes = 20;
    const int BarBytes = 24;
    const int MaxPacked = 64 << 20;
    const int MaxDictionary = 64 << 20;
    const long MaxRecords = 4_000_000;

    readonly string _name;
    readonly Func<Memory<byte>, CancellationToken, ValueTask<int>> _source;
    readonly MemoryStream _packed = new();
    readonly StringBuilder _lines = new();
    byte[] _out = [];
    int _start;
    Bi5Name? _says;
    LzmaStream? _unpacked;
    long _records;
    bool _ended;

    Bi5Text(string name, ReadOnlySpan<byte> first, Func<Memory<byte>, CancellationToken, ValueTask<int>> source)
    {
        (_name, _source) = (name, source);
        _packed.Write(first);
    }

    /// <summary>The text of a stream that begins so, if that is LZMA with its size, as these files alone are.</summary>
    /// <param name="name">The path, which says pair and time.</param>
    /// <param name="beginning">What was read off the stream already.</param>
    /// <param name="source">Reads on; 0 at the end.</param>
    public static Bi5Text? Of(string name, Memory<byte> beginning, Func<Memory<byte>, CancellationToken, ValueTask<int>> source) =>
        beginning.Span is [0x5D, 0, 0, ..] ? new Bi5Text(name, beginning.Span, source) : null;

    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_unpacked is null)
        {
            await Open(cancel);
        }

        while (_start == _out.Length && !_ended)
        {
            Fill();
        }

        var count = Math.Min(buffer.Length, _out.Length - _start);
        _out.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _packed.Dispose();
    }

    async ValueTask Open(CancellationToken cancel)
    {
        _says = Bi5Name.Find(_name) ?? throw new BrokenTextException(Bi5Faults.Nameless);
        var chunk = new byte[1 << 16];
        for (var count = await _source(chunk, cancel); count > 0; count = await _source(chunk, cancel))
        {
            _packed.Write(chunk, 0, count);
            if (_packed.Length > MaxPacked)
            {
                throw new BrokenTextException(Bi5Faults.Damaged("it is larger than an hour or a day can be"));
            }
        }

        var packed = _packed.GetBuffer();
        if (
            _packed.Length < Header
            || BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(1)) > MaxDictionary
            || BinaryPrimitives.ReadInt64LittleEndian(packed.AsSpan(5)) is var size && size < -1
        )
        {
            throw new BrokenTextException(Bi5Faults.Damaged("its header is none"));
        }

        _packed.Position = Header;
        _unpacked = LzmaStream.Create(packed[..5], _packed, _packed.Length - Header, size, leaveOpen: false);
        _out = Encoding.ASCII.GetBytes(
            _says.IsTicks ? "bi5_pair,bi5_time,ask,bid,ask_volume,bid_volume\n" : "bi5_pair,bi5_time,open,high,low,close,volume\n"
        );
    }

    void Fill()
    {
        const int Batch = 256;
        Span<byte> record = stackalloc byte[BarBytes];
        record = record[..(_says!.IsTicks ? TickBytes : BarBytes)];
        for (var i = 0; i < Batch && !_ended; i++)
        {
            var count = Take(record);
            _ended = count == 0;
            if (count > 0 && (count < record.Length || ++_records > MaxRecords))
            {
                throw new BrokenTextException(Bi5Faults.Damaged("it ends within a record, or has more of them than there can be"));
            }

            if (!_ended)
            {
                Append(record);
            }
        }

        (_out, _start) = (Encoding.ASCII.GetBytes(_lines.ToString()), 0);
        _lines.Clear();
    }

    int Take(Span<byte> record)
    {
        try
        {
            return _unpacked!.ReadAtLeast(record, record.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is SharpCompress.Common.SharpCompressException or IOException or InvalidDataException)
        {
            throw new BrokenTextException(Bi5Faults.Damaged(error.Message));
        }
    }

    void Append(ReadOnlySpan<byte> record)
    {
        var (says, after) = (_says!, BinaryPrimitives.ReadInt32BigEndian(record));
        var milliseconds = says.IsTicks ? after : after * 1000L;
        if (milliseconds < 0 || milliseconds >= (says.IsTicks ? TimeSpan.MillisecondsPerHour : TimeSpan.MillisecondsPerDay))
        {
            throw new BrokenTextException(Bi5Faults.Damaged($"a record is {milliseconds} ms after its beginning"));
        }

        var time = ((says.Start - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond) + milliseconds;
        _lines.Append(CultureInfo.InvariantCulture, $"{says.Pair},{time},");
        if (says.IsTicks)
        {
            _lines.Append(
                CultureInfo.InvariantCulture,
                $"{Price(record, 4)},{Price(record, 8)},{Volume(record, 12)},{Volume(record, 16)}\n"
            );
        }
        else
        {
            _lines.Append(
                CultureInfo.InvariantCulture,
                $"{Price(record, 4)},{Price(record, 16)},{Price(record, 12)},{Price(record, 8)},{Volume(record, 20)}\n"
            );
        }
    }

    decimal Price(ReadOnlySpan<byte> record, int at)
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(record[at..]);
        return new decimal(Math.Abs(value), 0, 0, value < 0, _says!.Places);
    }

    static decimal Volume(ReadOnlySpan<byte> record, int at) =>
        BinaryPrimitives.ReadSingleBigEndian(record[at..]) is >= 0 and < 1e9f and var volume ? (decimal)volume : 0;
}
