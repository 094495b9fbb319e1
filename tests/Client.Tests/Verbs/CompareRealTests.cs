using System.Globalization;
using System.IO.Compression;
using System.Text;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>The stored, derived and rolled-up index against one that a broker publishes.</summary>
public sealed class CompareRealTests(TestServer server)
{
    const string Folder = "fx-m15-2023";

    [Fact]
    public async Task The_stored_index_keeps_the_bounds_against_an_independent_one()
    {
        var data = Data();
        Assert.SkipUnless(data is not null, $"needs ../shared/data/{Folder}");
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            """
            UPDATE core_asset_registry_all SET metadata = metadata || '{"derived_timeframes": ["30m"]}' WHERE canonical_symbol = 'DXY';
            UPDATE core_asset_registry_all SET metadata = metadata || '{"derived_timeframes": []}' WHERE canonical_symbol <> 'DXY';
            """
        );
        var imported = await dxy.RunAsync("import", Closes(dxy, data!), "--sparse");
        Assert.Equal(0, imported.Code);

        var other = Path.Combine(data!, "DXY-independent-m30.csv.gz");
        var compared = await dxy.RunAsync([
            "compare",
            "DXY/30m",
            other,
            "--max-mae",
            "0.002",
            "--max-p99",
            "0.010",
            "--max-bias",
            "0.0005",
            "--json",
            "--plot",
            "dxy.svg",
        ]);
        Assert.True(compared.Code == 0, compared.ToString());
        Assert.True(compared.Json.GetProperty("n").GetInt32() > 1500);
        Assert.Equal(0, compared.Json.GetProperty("better_shift_minutes").GetDouble());
        Assert.Equal(10, (await dxy.RunAsync("compare", "DXY/30m", other, "--max-mae", "0.001")).Code);
    }

    // Each quarter's close as the bar of its last minute: what closes a half hour of minutes is what closes its second quarter.
    static string Closes(Dxy dxy, string data)
    {
        var text = new StringBuilder("symbol,ts_utc,open,high,low,close,volume\n");
        foreach (var component in IndexDefinition.Dxy.Components)
        {
            using var reader = new StreamReader(
                new GZipStream(File.OpenRead(Path.Combine(data, $"{component.Symbol}.csv.gz")), CompressionMode.Decompress)
            );
            reader.ReadLine();
            while (reader.ReadLine()?.Split(',') is [_, var time, _, _, _, var close, ..])
            {
                var last = UtcTime.Parse(time) + TimeSpan.FromMinutes(14);
                text.Append(CultureInfo.InvariantCulture, $"{component.Symbol},{last},{close},{close},{close},{close},1\n");
            }
        }

        return dxy.Write("closes.csv", text.ToString());
    }

    static string? Data()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                var data = Path.GetFullPath(Path.Combine(folder.FullName, "../shared/data", Folder));
                return Directory.Exists(data) ? data : null;
            }
        }

        return null;
    }
}
