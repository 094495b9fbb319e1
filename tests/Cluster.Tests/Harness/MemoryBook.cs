using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// How much memory each silo's process took through the time: a sample each two seconds. A silo that was started again begins anew, so only
/// a process that lived for over half of the whole time can show that nothing grows; of the others the highest is told.
/// </summary>
public sealed class MemoryBook : IAsyncDisposable
{
    /// <summary>What the last quarter may have more than the second: JIT, caches of statements and a garbage collector's mood, not hours of
    /// a market.</summary>
    const double Growth = 1.25;
    const double GrowthMiB = 32;

    static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<int, List<(TimeSpan At, double MiB)>> _lives = new();
    readonly CancellationTokenSource _ending = new();
    readonly long _start = Stopwatch.GetTimestamp();
    readonly Task _sampling;

    public MemoryBook(DisturbedCluster cluster) => _sampling = Task.Run(() => SampleAsync(cluster));

    /// <summary>What is to be told, a line each, and whether memory was flat; null where no process lived long enough to say.</summary>
    public (IReadOnlyList<string> Lines, bool? Flat) Judge()
    {
        var (lines, flat) = (new List<string>(), (bool?)null);
        var all = Stopwatch.GetElapsedTime(_start);
        var @long = _lives.Where(life => life.Value.Count > 8 && life.Value[^1].At - life.Value[0].At > all / 2).ToList();
        foreach (var (pid, samples) in @long)
        {
            var quarters = samples
                .Chunk((samples.Count + 3) / 4)
                .Select(quarter => quarter.Select(sample => sample.MiB).Order().ElementAt(quarter.Length / 2))
                .ToList();
            var flatLife = quarters[^1] <= (quarters[1] * Growth) + GrowthMiB;
            flat = (flat ?? true) && flatLife;
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"process {pid} lived {(samples[^1].At - samples[0].At).TotalMinutes:0.0} of {all.TotalMinutes:0.0} min; median MiB "
                        + $"of its quarters "
                        + $"{string.Join(", ", quarters.Select(quarter => quarter.ToString("0", CultureInfo.InvariantCulture)))}; "
                        + $"highest {samples.Max(sample => sample.MiB):0}; {(flatLife ? "flat" : "it grew")}"
                )
            );
        }

        var others = _lives
            .Where(life => @long.TrueForAll(one => one.Key != life.Key))
            .Select(life => life.Value.Max(sample => sample.MiB))
            .ToList();
        if (others.Count > 0)
        {
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{others.Count} processes that were ended earlier: highest {others.Max():0} MiB"
                )
            );
        }

        return (lines, flat);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _sampling.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _ending.Dispose();
    }

    async Task SampleAsync(DisturbedCluster cluster)
    {
        while (true)
        {
            foreach (var silo in cluster.Silos.Where(silo => silo.IsRunning))
            {
                if (ResidentMiB(silo.Pid) is { } found)
                {
                    _lives.GetOrAdd(silo.Pid, _ => []).Add((Stopwatch.GetElapsedTime(_start), found));
                }
            }

            await Task.Delay(Look, TimeProvider.System, _ending.Token);
        }
    }

    static double? ResidentMiB(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null
                ? null
                : double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            // Ended meanwhile.
            return null;
        }
    }
}
