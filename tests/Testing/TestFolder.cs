using System.Diagnostics;
using System.Globalization;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Testing;

/// <summary>Folders of test servers, named for the process that made them, so that a killed run's server is found and removed by the
/// next.</summary>
public static class TestFolder
{
    private const string Prefix = "dxy-test-";

    // Linux's file system in memory. Half of what each test takes on ext4 goes into making and removing its database's three hundred files.
    private const string Memory = "/dev/shm";

    private const long MemoryEnough = 4L << 30;

    /// <summary>A new folder that the server's user can pass through.</summary>
    /// <param name="inMemory">Whether it may be where nothing is kept, which is faster, if there is enough of it.</param>
    public static string Make(bool inMemory = false)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-");
        var folder =
            inMemory && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= MemoryEnough
                ? Directory
                    .CreateDirectory(
                        Path.Combine(Memory, name + Guid.NewGuid().ToString("N")),
                        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    )
                    .FullName
                : Directory.CreateTempSubdirectory(name).FullName;
        if (Environment.IsPrivilegedProcess)
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    internal static async Task RemoveLeftOversAsync(TimeProvider time)
    {
        foreach (
            var folder in new[] { Path.GetTempPath(), Memory }
                .Where(Directory.Exists)
                .SelectMany(path => Directory.EnumerateDirectories(path, Prefix + "*"))
                .Where(IsLeftOver)
        )
        {
            try
            {
                if (EmbeddedServer.Find(Path.Combine(folder, "home"), time) is { } server)
                    await server.DeleteAsync();
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is EmbeddedServerException or UnauthorizedAccessException or DirectoryNotFoundException)
            {
                // Another user's, or another run is removing it at this moment.
            }
        }
    }

    private static bool IsLeftOver(string folder)
    {
        var name = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !IsAlive(pid);
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
