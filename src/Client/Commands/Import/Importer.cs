using System.Threading.Channels;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>Files of bars into <c>data_bars</c>: one reader parses while two writers store, and each batch is committed by itself, so that
/// a stop loses none.</summary>
internal sealed class Importer(
    BarStore store,
    BarRestore restore,
    BarFileReader reader,
    SymbolRegistry registry,
    bool preferFile,
    int keepRefused = 20,
    RejectsFile? rejects = null
)
{
    sealed record Work(ImportFile File, IReadOnlyList<Bar> Bars, IReadOnlyList<BarRow> Copied);

    /// <summary>Writers beside the reader: one more than that only waits for the server.</summary>
    const int Writers = 2;

    // Only for the time left: what a row of the common formats takes, unpacked.
    const double BytesPerRow = 62;

    readonly HashSet<Symbol> _symbols = [];
    long _rows;

    /// <summary>The symbols of which bars were given to the store.</summary>
    public IReadOnlyCollection<Symbol> Symbols => _symbols;

    public long Rows => _rows;

    public async Task<IReadOnlyList<ImportFile>> RunAsync(
        IReadOnlyList<string> paths,
        BarFileOptions options,
        Progress progress,
        CancellationToken cancellation
    )
    {
        var files = paths.Select(path => new ImportFile(path, keepRefused, rejects)).ToList();
        var expected = paths.Sum(FileSize.Unpacked) / BytesPerRow;
        var queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(Writers + 1) { SingleWriter = true });
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writers = Enumerable
            .Range(0, Writers)
            .Select(_ => Guard(WriteAsync(queue.Reader, expected, progress, failing.Token), failing))
            .ToList();
        try
        {
            foreach (var file in files)
            {
                await ReadAsync(file, options, queue.Writer, failing.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A writer failed: its own exception says why.
        }
        finally
        {
            queue.Writer.TryComplete();
        }

        await Task.WhenAll(writers);
        return files;
    }

    async Task ReadAsync(ImportFile file, BarFileOptions options, ChannelWriter<Work> queue, CancellationToken cancellation)
    {
        // On a thread of its own: parsing is work for a processor, and the writers need theirs.
        await Task.Run(
            async () =>
            {
                await foreach (var batch in reader.Read(file.Path, options, cancellation))
                {
                    file.Add(batch);
                    foreach (var series in batch.Bars.GroupBy(bar => bar.Series))
                    {
                        var bars = series.ToList();
                        if (Refusal(series.Key) is { } fault)
                        {
                            file.Refuse(bars.Count, fault);
                        }
                        else
                        {
                            _symbols.Add(series.Key.Symbol);
                            await queue.WriteAsync(new Work(file, bars, []), cancellation);
                        }
                    }

                    foreach (var series in batch.Copied.GroupBy(copied => copied.Bar.Series))
                    {
                        await CopyAsync(file, series.Key, [.. series], queue, cancellation);
                    }
                }
            },
            cancellation
        );
    }

    // Rows of a table's copy: of a series that is derived here, and partial ones, only where nothing stands; the rest like any other bars.
    async Task CopyAsync(ImportFile file, Series series, List<CopiedBar> copied, ChannelWriter<Work> queue, CancellationToken cancellation)
    {
        if (registry.Find(series.Symbol) is null)
        {
            file.Refuse(copied.Count, BarFault.UnknownSymbol(series.Symbol));
            return;
        }

        var isTarget = registry.IsTarget(series);
        var kept = copied.Where(row => isTarget ? row.IsDerived : row.Bar.IsPartial).ToList();
        _symbols.Add(series.Symbol);
        await queue.WriteAsync(
            new Work(
                file,
                isTarget ? [] : [.. copied.Where(row => !row.Bar.IsPartial).Select(row => row.Bar)],
                [.. kept.Select(row => new BarRow(row.Bar, isTarget ? row.Raw : null))]
            ),
            cancellation
        );
        if (isTarget && kept.Count < copied.Count)
        {
            file.Refuse(copied.Count - kept.Count, Derived(series));
        }
    }

    async Task WriteAsync(ChannelReader<Work> queue, double expected, Progress progress, CancellationToken cancellation)
    {
        await foreach (var (file, bars, copied) in queue.ReadAllAsync(cancellation))
        {
            if (bars.Count > 0)
            {
                file.Add(await store.WriteAsync((IReadOnlyCollection<Bar>)bars, BarSource.Ingest, preferFile, cancellation));
            }

            if (copied.Count > 0)
            {
                var series = copied[0].Bar.Series;
                var isTarget = registry.IsTarget(series);
                file.Add(await restore.WriteAsync(copied, isTarget, isTarget && series.Timeframe == Timeframe.OneMinute, cancellation));
            }

            var rows = Interlocked.Add(ref _rows, bars.Count + copied.Count);
            progress.Report(rows, Math.Max(expected, rows * 1.01), Path.GetFileName(file.Path));
        }
    }

    BarFault? Refusal(Series series) =>
        registry.Find(series.Symbol) is null ? BarFault.UnknownSymbol(series.Symbol)
        : registry.IsTarget(series) ? Derived(series)
        : null;

    static BarFault Derived(Series series) => new("derived-here", $"{series} is derived here; import the bars it is made of");

    static async Task Guard(Task writer, CancellationTokenSource failing)
    {
        try
        {
            await writer;
        }
        catch
        {
            await failing.CancelAsync();
            throw;
        }
    }
}
