using System.Globalization;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>Which console made a rehearsal, in a file of its folder: what one that was killed left behind is cleared away by the
/// next.</summary>
internal static class RehearsalOwner
{
    const string FileName = "owner";

    /// <summary>Says that this process owns the rehearsal of that folder.</summary>
    public static void Claim(string folder)
    {
        Directory.CreateDirectory(folder);
        var self = ProcessIdentity.Of(Environment.ProcessId)!;
        File.WriteAllText(
            Path.Combine(folder, FileName),
            string.Create(CultureInfo.InvariantCulture, $"{self.Pid} {self.Start} {self.Boot}")
        );
    }

    /// <summary>Says that the rehearsal is kept on purpose.</summary>
    public static void Release(string folder) => File.Delete(Path.Combine(folder, FileName));

    /// <summary>The folders below one whose owner is gone.</summary>
    public static IReadOnlyList<string> Abandoned(string below) =>
        Directory.Exists(below)
            ?
            [
                .. Directory
                    .EnumerateDirectories(below)
                    .Where(folder =>
                        File.Exists(Path.Combine(folder, FileName)) && !IsAlive(File.ReadAllText(Path.Combine(folder, FileName)))
                    ),
            ]
            : [];

    static bool IsAlive(string owner) =>
        owner.Split(' ') is [var id, var began, var boot]
        && int.TryParse(id, CultureInfo.InvariantCulture, out var pid)
        && long.TryParse(began, CultureInfo.InvariantCulture, out var start)
        && new ProcessIdentity(pid, start, boot).Condition != ProcessCondition.Gone;
}
