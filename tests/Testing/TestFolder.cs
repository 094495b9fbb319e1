using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Storage.Server;

namespace DxyOrleans.Testing;

/// <summary>Folders of test servers, named for the process that made them, so that a killed run's server is found and removed by the next.</summary>
public static class TestFolder
{
    private const string Prefix = "dxy-test-";

    /// <summary>A new folder that the server's user can pass through.</summary>
    public static string Make()
    {
        var folder = Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-")).FullName;
        if (Environment.IsPrivilegedProcess)
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    internal static async Task RemoveLeftOversAsync(TimeProvider time)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(IsLeftOver))
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
