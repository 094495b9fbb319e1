using System.Text;
using System.Text.Json;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>
/// Answers of OANDA's candles and of Massive's aggregates as lines of text, a bar a line: one document, or several behind each other, as
/// pages are saved. A document is a page and is held whole.
/// </summary>
sealed class JsonText : ITextSource, IDisposable
{
    const int MaxBytes = 64 << 20;

    readonly Func<Memory<byte>, CancellationToken, ValueTask<int>> _source;
    readonly MemoryStream _text = new();
    byte[]? _out;
    int _start;

    JsonText(ReadOnlySpan<byte> first, Func<Memory<byte>, CancellationToken, ValueTask<int>> source)
    {
        _source = source;
        _text.Write(first);
    }

    /// <summary>The text of a stream that begins so, if that is a JSON object.</summary>
    /// <param name="beginning">What was read off the stream already.</param>
    /// <param name="source">Reads on; 0 at the end.</param>
    public static JsonText? Of(Memory<byte> beginning, Func<Memory<byte>, CancellationToken, ValueTask<int>> source)
    {
        var text = beginning.Span.StartsWith("\uFEFF"u8) ? beginning.Span[3..] : beginning.Span;
        text = text.TrimStart(" \t\r\n"u8);
        return text is [(byte)'{', ..] ? new JsonText(text, source) : null;
    }

    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancel)
    {
        _out ??= Lines(await Whole(cancel));
        var count = Math.Min(buffer.Length, _out.Length - _start);
        _out.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    public void Dispose() => _text.Dispose();

    async ValueTask<ReadOnlyMemory<byte>> Whole(CancellationToken cancel)
    {
        var chunk = new byte[1 << 16];
        for (var count = await _source(chunk, cancel); count > 0; count = await _source(chunk, cancel))
        {
            _text.Write(chunk, 0, count);
            if (_text.Length > MaxBytes)
            {
                throw new BrokenTextException(
                    new BarFault(
                        "large-json",
                        $"JSON of more than {MaxBytes >> 20} MB isn't read whole; save each page to a file of its own"
                    )
                );
            }
        }

        return _text.GetBuffer().AsMemory(0, (int)_text.Length);
    }

    static byte[] Lines(ReadOnlyMemory<byte> text)
    {
        var lines = new StringBuilder();
        var header = "";
        var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                using var document = JsonDocument.ParseValue(ref reader);
                var page = JsonPages.Of(document.RootElement);
                if (page.Header != header)
                {
                    lines.Append(header = page.Header).Append('\n');
                }

                foreach (var line in page.Lines)
                {
                    lines.Append(line).Append('\n');
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new BrokenTextException(
                new BarFault(
                    "broken-json",
                    $"it isn't whole JSON of OANDA's candles or Massive's aggregates ({broken.Message.TrimEnd('.')})"
                )
            );
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
