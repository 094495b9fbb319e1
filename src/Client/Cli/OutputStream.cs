using Microsoft.Win32.SafeHandles;

namespace DxyOrleans.Client.Cli;

/// <summary>Standard output can't be written any more.</summary>
internal sealed class OutputLostException(IOException why) : Exception(why.Message, why);

/// <summary>
/// Standard output, whose end is told once: the first write that fails throws <see cref="OutputLostException"/>, so that what runs ends,
/// and what is written on the way out goes nowhere.
/// </summary>
internal sealed class OutputStream(Stream inner) : Stream
{
    const int BrokenPipe = 32;

    /// <summary>Why it can't be written; null while it can.</summary>
    public IOException? Lost { get; private set; }

    /// <summary>Whether its reader has gone, which tells nobody anything new.</summary>
    public bool IsClosedPipe => Lost is { } lost && (lost.HResult == BrokenPipe || lost.InnerException?.HResult == BrokenPipe);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The process's own. The framework's stream says nothing of a pipe that nobody reads any more, and would write to it for
    /// ever.</summary>
    public static OutputStream Standard()
    {
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return new OutputStream(pipe.CanSeek || !System.Console.IsOutputRedirected ? System.Console.OpenStandardOutput() : pipe);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Lost is not null)
        {
            return;
        }

        try
        {
            inner.Write(buffer);
        }
        catch (IOException why)
        {
            Lost = why;
            throw new OutputLostException(why);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Where the writer is asked to stop, what it has in its buffer still belongs to the result.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
