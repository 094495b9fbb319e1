using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Reads files of bars, plain, gzip or zip, in one pass and flat memory but for the print of each bar by which repeats are known.
/// A bad row is refused with its line and reason, and the rows beside it are kept; a file that breaks off keeps the rows before.
/// A bar that stands in several files read by one reader is given once, and refused where another of its minute was given before.
/// </summary>
public sealed class BarFileReader(TimeProvider time)
{
    readonly SeenBars _given = new();

    /// <summary>The bars of one file, in its order. What is wrong with the file is told in the batches, never thrown.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public IAsyncEnumerable<BarBatch> Read(string path, BarFileOptions options, CancellationToken cancel = default) =>
        ReadFile(path, options.Resolve(), cancel);

    async IAsyncEnumerable<BarBatch> ReadFile(string path, ResolvedOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        var clocks = await ClockScan.Read(path, options, cancel);
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
                await foreach (var batch in ReadPart(part, options, clocks.GetValueOrDefault(part.Name), cancel))
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

    async IAsyncEnumerable<BarBatch> ReadPart(
        InputPart part,
        ResolvedOptions options,
        ClockActivity? clock,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var lines = new LineReader(part, options.Given.MaxUncompressedBytes);
        RowReader? rows = null;
        do
        {
            if (rows is null && Begin(part.Name, lines, options, clock, out rows) is { } broken)
            {
                yield return broken;
                yield break;
            }

            while (rows is not null && Drain(lines, rows))
            {
                var batch = rows.Take(isEnd: false, broken: null);
                yield return batch;
                if (batch.Broken is not null)
                {
                    yield break;
                }
            }
        } while (await lines.Fill(cancel));

        if (rows is null)
        {
            yield return Broken(part.Name, lines.Line, lines.Failure ?? FileFaults.Empty, []);
            yield break;
        }

        yield return rows.Take(isEnd: true, lines.Failure is { } fault ? new RefusedRow(part.Name, lines.Line, fault, "") : null);
    }

    // Finds the first line that says anything and from it the format; leaves rows null while more has to be read.
    BarBatch? Begin(string name, LineReader lines, ResolvedOptions options, ClockActivity? clock, out RowReader? rows)
    {
        rows = null;
        if (!FileHead.TryFirst(lines, out var first, out var isWhole, out var isTooLong))
        {
            return null;
        }

        if (RowReader.Unreadable(first) is not null)
        {
            return Broken(name, lines.Line, FileFaults.Binary, first);
        }

        if (FileHead.LayoutOf(first, name, options) is not { } layout)
        {
            var excerpt = RefusedRow.Excerpt(first);
            return Broken(
                name,
                lines.Line,
                options.Format is { } wanted ? FileFaults.NotThisFormat(wanted, excerpt) : FileFaults.UnknownFormat(excerpt),
                first
            );
        }

        if (!isWhole)
        {
            return null;
        }

        var (symbol, zone) = (default(Symbol?), default(FileZone?));
        if (
            (SymbolOf(name, layout, options, out symbol) ?? ShapeOf(layout, options) ?? ZoneOf(layout, options, clock, out zone)) is
            { } fault
        )
        {
            return Broken(name, 0, fault, first);
        }

        rows = new RowReader(name, layout, options, symbol, zone, _given, UtcTime.From(time.GetUtcNow()));
        if (!layout.HasHeader)
        {
            rows.Add(first, lines.Line, isTooLong);
        }

        return null;
    }

    static BarFault? SymbolOf(string name, FileLayout layout, ResolvedOptions options, out Symbol? symbol)
    {
        symbol = null;
        if (layout.NamesSymbol)
        {
            return null;
        }

        var asked = options.Given.Symbols;
        if (asked.Count == 1)
        {
            symbol = asked.Single();
            return null;
        }

        symbol = SymbolInFileName.Find(name, options.Given.Known, out var ambiguous);
        return symbol is null ? FileFaults.NoSymbol(layout.Format, ambiguous)
            : asked.Count > 0 && !asked.Contains(symbol.Value) ? FileFaults.SymbolsGiven(layout.Format)
            : null;
    }

    // Whether what was said of its prices and its name is what it needs, no less and no more.
    static BarFault? ShapeOf(FileLayout layout, ResolvedOptions options) =>
        layout.IsTwoSided && options.Given.Side is null ? FileFaults.SideWanted(layout.Format)
        : !layout.IsTwoSided && options.Given.Side is not null ? FileFaults.SideWithoutEffect(layout.Format)
        : options.Given.HasDecimalComma && layout.Delimiter == ',' ? FileFaults.DecimalCommaParts
        : layout.LacksDay ? FileFaults.DayWanted(layout.Format)
        : null;

    static BarFault? ZoneOf(FileLayout layout, ResolvedOptions options, ClockActivity? clock, out FileZone? zone)
    {
        var format = layout.Format;
        zone = options.Zone ?? layout.HeaderZone ?? (format.Zone == ZoneRule.VendorsUnlessGiven ? format.OwnZone : null);
        return options.Zone is not null && format.Zone == ZoneRule.None ? FileFaults.ZoneWithoutEffect(format)
            : options.Zone is { } other && layout.HeaderZone is { } stated && !other.IsSame(stated) ? FileFaults.ZoneContradicted(stated)
            : zone is null && format.Zone == ZoneRule.HasToBeGiven ? FileFaults.ZoneWanted(format, ClockCheck.Hint(clock))
            : zone is not null ? ClockCheck.Judge(clock, zone)
            : null;
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
        new(name, [], [], 0, default, new RefusedRow(name, line, fault, RefusedRow.Excerpt(text)));
}
