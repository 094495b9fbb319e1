using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Reads files of bars, plain, gzip or zip, in one pass and flat memory but for the print of each bar by which repeats are known.
/// A bad row is refused with its line and reason, and the rows beside it are kept; a file that breaks off keeps the rows before.
/// </summary>
public sealed class BarFileReader(TimeProvider time)
{
    /// <summary>The bars of one file, in its order. What is wrong with the file is told in the batches, never thrown.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public IAsyncEnumerable<BarBatch> Read(string path, BarFileOptions options, CancellationToken cancel = default) =>
        ReadFile(path, options.Resolve(), cancel);

    async IAsyncEnumerable<BarBatch> ReadFile(string path, ResolvedOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var parts = InputFile.Parts(path, options.Given.MaxUncompressedBytes, cancel).GetAsyncEnumerator(cancel);
        for (var any = false; ; any = true)
        {
            var (part, fault) = await Next(parts);
            if (part is null)
            {
                if (fault is not null || !any)
                {
                    yield return Broken(path, 0, fault ?? FileFaults.EmptyArchive, []);
                }

                yield break;
            }

            await using (part)
            {
                await foreach (var batch in ReadPart(part, options, cancel))
                {
                    yield return batch;
                }
            }
        }
    }

    static async ValueTask<(InputPart? Part, BarFault? Fault)> Next(IAsyncEnumerator<InputPart> parts)
    {
        try
        {
            return (await parts.MoveNextAsync() ? parts.Current : null, null);
        }
        catch (InvalidDataException error)
        {
            return (null, FileFaults.BrokenArchive(error.Message));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, FileFaults.Unreadable(error.Message));
        }
    }

    async IAsyncEnumerable<BarBatch> ReadPart(InputPart part, ResolvedOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        var lines = new LineReader(part, options.Given.MaxUncompressedBytes);
        RowReader? rows = null;
        do
        {
            if (rows is null && Begin(part.Name, lines, options, out rows) is { } broken)
            {
                yield return broken;
                yield break;
            }

            while (rows is not null && Drain(lines, rows))
            {
                yield return rows.Take(broken: null);
            }
        }
        while (await lines.Fill(cancel));

        if (rows is null)
        {
            yield return Broken(part.Name, lines.Line, lines.Failure ?? FileFaults.Empty, []);
            yield break;
        }

        var fault = lines.Failure ?? (rows.Any ? null : FileFaults.HeaderOnly);
        yield return rows.Take(fault is null ? null : new RefusedRow(part.Name, lines.Line, fault, ""));
    }

    // Finds the first line that is not blank and from it the format; leaves rows null while more has to be read.
    BarBatch? Begin(string name, LineReader lines, ResolvedOptions options, out RowReader? rows)
    {
        rows = null;
        if (lines.Line == 0 && lines.Ahead is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Broken(name, 0, FileFaults.Utf16, []);
        }

        ReadOnlySpan<byte> first;
        LineReader.Step step;
        do
        {
            step = lines.Next(out first);
        }
        while (step == LineReader.Step.Line && first.IsEmpty);

        // A first line that doesn't end in good time decides too: what has no end is not read to it.
        var endless = step == LineReader.Step.Wanting && lines.IsSkipping;
        if (endless)
        {
            first = lines.Ahead;
        }
        else if (step == LineReader.Step.Wanting)
        {
            return null;
        }

        if (RowReader.Unreadable(first) is not null)
        {
            return Broken(name, lines.Line, FileFaults.Binary, first);
        }

        if ((options.Format ?? BarFileFormats.Recognise(first)) is not { } format)
        {
            return Broken(name, lines.Line, FileFaults.UnknownFormat(RefusedRow.Excerpt(first)), first);
        }

        if (endless)
        {
            return null;
        }

        var symbol = options.Given.Symbol ?? (format.NamesSymbol ? null : SymbolInFileName.Find(name));
        if (symbol is null && !format.NamesSymbol)
        {
            return Broken(name, 0, FileFaults.NoSymbol(format.Name), first);
        }

        var now = UtcTime.From(time.GetUtcNow());
        rows = new RowReader(name, format, options, symbol, now + options.Given.FutureSkew, now);
        if (!format.IsHeader(first))
        {
            rows.Add(first, lines.Line, step == LineReader.Step.TooLong);
        }

        return null;
    }

    // True when a batch is full, false when the buffer holds no more whole line.
    static bool Drain(LineReader lines, RowReader rows)
    {
        while (!rows.IsFull)
        {
            var step = lines.Next(out var line);
            if (step == LineReader.Step.Wanting)
            {
                return false;
            }

            if (!line.IsEmpty)
            {
                rows.Add(line, lines.Line, step == LineReader.Step.TooLong);
            }
        }

        return true;
    }

    static BarBatch Broken(string name, long line, BarFault fault, ReadOnlySpan<byte> text) =>
        new(name, [], [], 0, 0, new RefusedRow(name, line, fault, RefusedRow.Excerpt(text)));
}
