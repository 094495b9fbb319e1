using System.Globalization;
using BenchmarkDotNet.Attributes;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Bench.Pure;

/// <summary>A line of a file of bars read, judged and made a bar; the file is in the system's cache.</summary>
public class LineBenchmarks
{
    const int Lines = 20_000;

    string _path = "";

    [GlobalSetup]
    public void Write()
    {
        _path = Path.Combine(Path.GetTempPath(), $"dxy-bench-lines-{Environment.ProcessId}.csv");
        File.WriteAllLines(
            _path,
            Enumerable
                .Range(0, Lines)
                .Select(n =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"EURUSD,{UtcTime.At(2024, 3, 5) + TimeSpan.FromMinutes(n)},1.10{n % 97:00},1.12{n % 89:00},1.09{n % 83:00},1.11{n % 79:00},{n % 1000}"
                    )
                )
                .Prepend("symbol,ts_utc,open,high,low,close,volume")
        );
    }

    [GlobalCleanup]
    public void Remove() => File.Delete(_path);

    [Benchmark(Description = "one line of a file of bars", OperationsPerInvoke = Lines)]
    public async Task<int> ReadAsync()
    {
        var bars = 0;
        await foreach (var batch in new BarFileReader(TimeProvider.System).Read(_path, new BarFileOptions()))
        {
            bars += batch.Bars.Count;
        }

        return bars == Lines ? bars : throw new InvalidOperationException($"{bars} of {Lines} lines were bars.");
    }
}
