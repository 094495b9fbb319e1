using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Setup;

/// <summary>The console as a process of its own, as <c>./dxy derive</c> runs it.</summary>
internal static class ConsoleProcess
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <param name="Seconds">What the console says its work took, without its own start.</param>
    /// <param name="Inserted">Rows it inserted into the index.</param>
    /// <param name="PeakMegabytes">The most memory that was ever resident, MiB.</param>
    public sealed record Derived(double Seconds, long Inserted, double PeakMegabytes);

    /// <summary>Derives a range of DXY, and its rollups.</summary>
    public static async Task<Derived> DeriveAsync(BenchServer server, TimeRange range, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", Folders.Console, "derive", "DXY", "--from", range.From.ToString(), "--to", range.To.ToString(), "--json"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DXY_DATABASE"] = server.Url;
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (
                process.StandardOutput.ReadToEndAsync(cancellation),
                process.StandardError.ReadToEndAsync(cancellation)
            );
            var peak = 0.0;
            while (!process.HasExited)
            {
                peak = Math.Max(peak, Peak(process.Id));
                await Task.Delay(Poll, TimeProvider.System, cancellation);
            }

            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"deriving failed: {await errors}");
            }

            using var told = JsonDocument.Parse(await output);
            var inserted = told
                .RootElement.GetProperty("targets")
                .EnumerateArray()
                .Where(target => target.GetProperty("timeframe").GetString() == "1m")
                .Sum(target => target.GetProperty("inserted").GetInt64());
            return new Derived(told.RootElement.GetProperty("seconds").GetDouble(), inserted, peak);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    // The kernel keeps the most there was; its last reading before the end misses what came in the last poll at most.
    static double Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(one => one.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null
                ? 0
                : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
