using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files.Texts;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Cuts a stream into lines in one buffer that never grows. What can go wrong with the stream ends it and is kept in
/// <see cref="Failure"/>, so that the lines before it count.
/// </summary>
sealed class LineReader(InputPart part, long maxUnpacked)
{
    /// <summary>The longest line that is read, in bytes; a longer one is skipped to its end.</summary>
    public const int MaxLine = 64 * 1024;

    readonly byte[] _buffer = new byte[4 * MaxLine];
    int _start;
    int _end;
    bool _ended;
    bool _skipping;

    public enum Step
    {
        /// <summary>A line.</summary>
        Line,

        /// <summary>A line that is too long; what is given is its beginning.</summary>
        TooLong,

        /// <summary>No whole line is in the buffer.</summary>
        Wanting,
    }

    /// <summary>The number of the line given last, from 1.</summary>
    public long Line { get; private set; }

    public BarFault? Failure { get; private set; }

    /// <summary>Whether the line that is being read has turned out too long; its beginning is <see cref="Ahead"/>.</summary>
    public bool IsSkipping => _skipping;

    /// <summary>What has been read and not given yet.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start.._end);

    /// <summary>Reads on; false when there is nothing more to read.</summary>
    public async ValueTask<bool> Fill(CancellationToken cancel)
    {
        if (_ended)
        {
            return false;
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        try
        {
            var count = await part.Read(_buffer.AsMemory(_end), cancel);
            _end += count;
            _ended = count == 0;
        }
        catch (InvalidDataException error)
        {
            Fail(FileFaults.BrokenArchive(error.Message));
        }
        catch (BrokenTextException error)
        {
            Fail(error.Fault);
        }
        catch (UnpackLimitException)
        {
            Fail(FileFaults.TooLarge(maxUnpacked));
        }
        catch (IOException error)
        {
            Fail(FileFaults.Unreadable(error.Message));
        }

        // The last line may have no end; it gets one here so that there is one way to cut. A line that damage cut off
        // is dropped: half a number reads as a whole one.
        if (_ended && Failure is null && _end > _start && _buffer[_end - 1] != '\n')
        {
            _buffer[_end++] = (byte)'\n';
        }

        return true;
    }

    public Step Next(out ReadOnlySpan<byte> line)
    {
        var ahead = Ahead;
        var end = ahead.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            if (!_skipping && ahead.Length <= MaxLine)
            {
                return Step.Wanting;
            }

            // The line's beginning stays for the error to show, the rest goes.
            _skipping = true;
            _end = Math.Min(_end, _start + MaxLine);
            return Step.Wanting;
        }

        Line++;
        _start += end + 1;
        line = ahead[..end];
        var tooLong = _skipping || end > MaxLine;
        _skipping = false;
        if (Line == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        // A tab at either end may part an empty field from the rest.
        line = line.Trim(" \r"u8);
        line = line.IndexOfAnyExcept((byte)'\t', (byte)' ') < 0 ? default : line;
        return tooLong ? Step.TooLong : Step.Line;
    }

    void Fail(BarFault fault)
    {
        Failure = fault;
        _ended = true;
    }
}
