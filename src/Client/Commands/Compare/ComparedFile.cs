using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Commands.Compare;

/// <summary>What a file says of a series: a value by time, and how many of its rows said nothing.</summary>
internal sealed class ComparedFile
{
    /// <summary>Closes, or the values themselves, by the time that stands in the row.</summary>
    public Dictionary<UtcTime, decimal> Values { get; } = [];

    public long Refused { get; private set; }

    /// <summary>The first refused row and what is wrong with it; null when none was.</summary>
    public string? FirstRefused { get; private set; }

    /// <summary>Reads a file of two columns, a time and a value, or of bars in any format that is known; plain, gzip or zip.</summary>
    /// <exception cref="FaultException">It can't be read, or nothing of it is wanted.</exception>
    public static async Task<ComparedFile> ReadAsync(string path, BarFileOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var file = new ComparedFile();
        if (await ValueFile.IsOneAsync(path, cancellation))
        {
            await foreach (var row in ValueFile.ReadAsync(path, options.Zone, cancellation))
            {
                file.Add(row);
            }
        }
        else
        {
            await file.AddBarsAsync(path, options, time, cancellation);
        }

        return file.Values.Count > 0
            ? file
            : throw new Fault(
                ExitCode.InputRefused,
                "nothing-to-compare",
                file.FirstRefused is null ? "it holds no row of the series" : $"it holds no row that can be read: {file.FirstRefused}",
                path,
                "write rows of a time and a value, or bars in a format of docs/files.md; --symbol names the file's own symbol"
            ).ToException();
    }

    async Task AddBarsAsync(string path, BarFileOptions options, TimeProvider time, CancellationToken cancellation)
    {
        IAsyncEnumerable<BarBatch> batches;
        try
        {
            batches = new BarFileReader(time).Read(path, options, cancellation);
        }
        catch (ArgumentException wrong)
        {
            throw Fault.Usage(wrong.Message.Split(" (Parameter")[0].TrimEnd('.')).ToException();
        }

        await foreach (var batch in batches)
        {
            foreach (var bar in batch.Bars.Concat(batch.Copied.Select(copied => copied.Bar)))
            {
                Values[bar.Time] = bar.Close;
            }

            foreach (var row in batch.Refused.Concat(batch.Broken is { } broken ? [broken] : []))
            {
                Refused += row.Rows;
                FirstRefused ??= string.Create(CultureInfo.InvariantCulture, $"line {row.Line}: {row.Fault.Text}");
            }
        }
    }

    void Add(ValueRow row)
    {
        if (row.Fault is not null)
        {
            Refused++;
            FirstRefused ??= string.Create(CultureInfo.InvariantCulture, $"line {row.Line}: {row.Fault}");
            return;
        }

        Values[row.Time] = row.Value;
    }
}
