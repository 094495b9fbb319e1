using System.Globalization;
using System.IO.Compression;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Bench.Setup;

/// <summary>The rows everything is measured with: the real files where they are, else as many simulated ones.</summary>
internal sealed class FxInput
{
    /// <summary>Minutes a pair, near what the real files hold.</summary>
    const int SimulatedMinutes = 93_800;

    static readonly UtcTime SimulatedFrom = UtcTime.At(2019, 10, 1);

    private FxInput(IReadOnlyList<string> paths, bool isReal, IReadOnlyList<Bar> bars) => (Paths, IsReal, Bars) = (paths, isReal, bars);

    public IReadOnlyList<string> Paths { get; }

    public bool IsReal { get; }

    /// <summary>Every row of the files, in their order.</summary>
    public IReadOnlyList<Bar> Bars { get; }

    public string Description =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Bars.Count:N0} rows of {Paths.Count} files, {(IsReal ? "real (fx-1m-2019q4)" : "simulated, for ../shared/data is not here")}"
        );

    /// <param name="scratch">A folder for simulated files.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<FxInput> OpenAsync(string scratch, CancellationToken cancellation)
    {
        var isReal = Directory.Exists(Folders.RealBars);
        var paths = isReal ? BarFilePaths.Expand([Folders.RealBars]) : Simulate(scratch);
        var bars = new List<Bar>();
        foreach (var path in paths)
        {
            await foreach (var batch in new BarFileReader(TimeProvider.System).Read(path, new BarFileOptions(), cancellation))
            {
                bars.AddRange(batch.Bars);
            }
        }

        return new FxInput(paths, isReal, bars);
    }

    // Few ticks a minute: how a bar came about is nothing to an import.
    static List<string> Simulate(string scratch)
    {
        var market = new SimulatedMarket(
            new SimulationOptions
            {
                AlwaysOpen = true,
                Pairs = [.. SimulatedPair.DollarIndex.Select(pair => pair with { TicksPerMinute = 6 })],
            }
        );
        var paths = new List<string>();
        foreach (var symbol in market.Symbols)
        {
            var path = Path.Combine(scratch, $"{symbol}.csv.gz");
            using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest), Encoding.ASCII);
            writer.Write("symbol,ts_utc,open,high,low,close,volume\n");
            for (var i = 0; i < SimulatedMinutes; i++)
            {
                if (market.BarOf(symbol, UtcTime.FromMinute(SimulatedFrom.Minute + i)) is { } bar)
                {
                    writer.Write(
                        string.Create(CultureInfo.InvariantCulture, $"{symbol},{bar.Time},{bar.Open},{bar.High},{bar.Low},{bar.Close},0\n")
                    );
                }
            }

            paths.Add(path);
        }

        return paths;
    }
}
