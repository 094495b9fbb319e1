using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Real 1m bars of late 2019, where the data stand beside the project; a test that needs them skips where they don't.</summary>
public static class RealBars
{
    const string Folder = "shared/data/fx-1m-2019q4";

    public static async Task<Dictionary<string, List<Bar>>> ReadAsync(TimeRange range)
    {
        var folder = Find();
        Assert.SkipUnless(folder is not null, $"../{Folder} is not there.");
        var all = new Dictionary<string, List<Bar>>();
        foreach (var pair in HostDatabase.Pairs)
        {
            var bars = all[pair] = [];
            await foreach (
                var batch in new BarFileReader(TimeProvider.System).Read(
                    Path.Combine(folder, pair + ".csv.gz"),
                    new BarFileOptions(),
                    TestContext.Current.CancellationToken
                )
            )
            {
                bars.AddRange(batch.Bars.Where(bar => range.Contains(bar.Time)));
                if (batch.Bars.Count > 0 && batch.Bars[^1].Time >= range.To)
                {
                    break;
                }
            }
        }

        return all;
    }

    static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, Folder);
            if (Directory.Exists(found))
            {
                return found;
            }
        }

        return null;
    }
}
