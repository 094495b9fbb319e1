using System.Text.Json;
using DxyOrleans.Client.LocalCluster;

namespace DxyOrleans.Client.Commands.Cluster;

/// <summary>How many grains of each kind are active, as the dashboard of a silo on this machine counts them.</summary>
internal static class GrainCounts
{
    /// <summary>Null when no silo here answers: the tables don't know this.</summary>
    public static async Task<SortedDictionary<string, int>?> ReadAsync(IEnumerable<SiloRecord> silos, CancellationToken cancellation)
    {
        foreach (var silo in silos)
        {
            try
            {
                using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(3) };
                using var document = JsonDocument.Parse(
                    await client.GetByteArrayAsync(new Uri(silo.Dashboard + "/DashboardCounters"), cancellation)
                );
                var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
                foreach (var kind in document.RootElement.GetProperty("simpleGrainStats").EnumerateArray())
                {
                    var name = kind.GetProperty("grainType").GetString()!.Split(',')[0].Split('.')[^1];
                    counts[name] = counts.GetValueOrDefault(name) + kind.GetProperty("activationCount").GetInt32();
                }

                return counts;
            }
            catch (Exception mute)
                when (mute is HttpRequestException or JsonException or KeyNotFoundException or TaskCanceledException
                    && !cancellation.IsCancellationRequested
                )
            {
                // Its dashboard is off or it is just going; the next may answer.
            }
        }

        return null;
    }
}
