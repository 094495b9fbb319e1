using System.Globalization;
using System.Runtime.InteropServices;

namespace DxyOrleans.Bench.Setup;

/// <summary>What the figures were measured on; figures without it say nothing.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyDictionary<string, string>> DescribeAsync(BenchServer server, CancellationToken cancellation)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return new Dictionary<string, string>
        {
            ["machine"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{Environment.ProcessorCount} cores ({Processor()}), {memory:0} GiB, {Disk(server.DataFolder)}"
            ),
            ["system"] = $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            ["postgres"] =
                "PostgreSQL "
                + await server.ValueAsync<string>(
                    """
                    SELECT current_setting('server_version') || ', '
                           || string_agg(s.name || ' ' || current_setting(s.name), ', ' ORDER BY s.name)
                    FROM pg_settings AS s
                    WHERE s.name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'shared_buffers', 'max_wal_size')
                    """,
                    cancellation
                ),
            ["input"] = server.Input.Description,
            ["measured"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        };
    }

    static string Processor() =>
        File.Exists("/proc/cpuinfo")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line.Split(':', 2)[1].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    static string Disk(string folder) =>
        DriveInfo.GetDrives().Where(drive => folder.StartsWith(drive.Name, StringComparison.Ordinal)).MaxBy(drive => drive.Name.Length)
            is { } found
            ? $"data on {found.DriveFormat}"
            : "data on an unknown file system";
}
