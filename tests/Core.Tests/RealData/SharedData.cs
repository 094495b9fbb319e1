using System.IO.Compression;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.RealData;

/// <summary>Real market data beside the project; what needs it is skipped where it is absent.</summary>
static class SharedData
{
    /// <summary>The time and close of every row of a file below <c>../shared/data</c>.</summary>
    public static List<(UtcTime Time, decimal Close)> Closes(string file)
    {
        var path = Path.Combine(Folder() ?? "", file);
        Assert.SkipUnless(File.Exists(path), $"needs ../shared/data/{file}");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        List<(UtcTime, decimal)> rows = [];
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            rows.Add((UtcTime.Parse(fields[1]), decimal.Parse(fields[5])));
        }

        return rows;
    }

    static string? Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return Path.Combine(folder.FullName, "..", "shared", "data");
            }
        }

        return null;
    }
}
