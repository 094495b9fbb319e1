namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>Lines of UTF-8 out of a stream that has none.</summary>
interface ITextSource
{
    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="BrokenTextException">The stream isn't what it looks like.</exception>
    ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel);
}
