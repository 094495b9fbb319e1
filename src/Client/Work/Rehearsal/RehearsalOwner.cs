using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.Client.Work.Rehearsal;

/// <summary>Which console made a rehearsal, in a file of its folder: what one that was killed left behind is cleared away by the next.</summary>
internal static class RehearsalOwner
{
    const string FileName = "owner";

    /// <summary>Says that this process owns the rehearsal of that folder.</summary>
    public static void Claim(string folder)
    {
        Directory.CreateDirectory(folder);
        using var self = Process.GetCurrentProcess();
        File.WriteAllText(Path.Combine(folder, FileName), string.Create(CultureInfo.InvariantCulture, $"{self.Id} {self.StartTime.ToUniversalTime().Ticks}"));
    }

    /// <summary>Says that the rehearsal is kept on purpose.</summary>
    public static void Release(string folder) => File.Delete(Path.Combine(folder, FileName));

    /// <summary>The folders below one whose owner is gone.</summary>
    public static IReadOnlyList<string> Abandoned(string below) => Directory.Exists(below)
        ? [.. Directory.EnumerateDirectories(below).Where(folder => File.Exists(Path.Combine(folder, FileName)) && !IsAlive(File.ReadAllText(Path.Combine(folder, FileName))))]
        : [];

    static bool IsAlive(string owner)
    {
        var parts = owner.Split(' ');
        if (parts.Length != 2 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var pid) || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var started))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited && Math.Abs(process.StartTime.ToUniversalTime().Ticks - started) < TimeSpan.TicksPerSecond;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
