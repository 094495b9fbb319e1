namespace DxyOrleans.Feeds.Files;

/// <summary>An archive's file, of which no more than a budget is read for its list of entries: the list is held in memory.</summary>
sealed class DirectoryStream(Stream file, long budget) : Stream
{
    long _left = budget;
    bool _free;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    /// <summary>The list is read: what follows is the entries' content, which has a limit of its own.</summary>
    public void Free() => _free = true;

    public override int Read(byte[] buffer, int offset, int count) => Counted(file.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Counted(file.Read(buffer));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await file.ReadAsync(buffer, cancellationToken));

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush() => file.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    int Counted(int count)
    {
        _left -= _free ? 0 : count;
        return _left >= 0 ? count : throw new InvalidDataException("it lists more files than any archive of bars does");
    }
}
