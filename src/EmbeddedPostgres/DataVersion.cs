using System.Globalization;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The major version of PostgreSQL that made a data folder.</summary>
internal static class DataVersion
{
    /// <summary>Null when there is no data folder yet.</summary>
    public static int? Of(string dataFolder)
    {
        var file = Path.Combine(dataFolder, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
    }
}
