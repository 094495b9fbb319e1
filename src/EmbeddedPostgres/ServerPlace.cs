using System.Security.Cryptography;
using System.Text;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>Chooses the folder that holds the data and the log: the home, or another where the server's user can't reach the
/// home.</summary>
internal static class ServerPlace
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the home with its <c>run</c> and <c>log</c> folders. Root's can be passed through by the server's user.</summary>
    public static void Prepare(string home)
    {
        try
        {
            foreach (var folder in (string[])[home, Path.Combine(home, "run"), Path.Combine(home, "log")])
                Make(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedServerException(
                $"The folder {home} can't be made or written: {e.Message} Set DXY_HOME to a folder of your own.",
                e
            );
        }
    }

    /// <exception cref="EmbeddedServerException">Somebody else's folder stands where ours would be.</exception>
    public static async Task<string> ChooseAsync(string home, ServerUser user, CancellationToken cancellationToken)
    {
        if (!user.IsOther || await user.CanAsync("cd \"$1\"", [home], cancellationToken))
            return home;

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..12];
        var elsewhere = $"/var/tmp/dxy-0-{name}";
        Directory.CreateDirectory(elsewhere, Passable);
        // Everybody may write in /var/tmp: a folder that stood there before us must not be taken for ours.
        var ours = await ProgramRunner.RunAsync(
            "find",
            [elsewhere, "-maxdepth", "0", "-type", "d", "-user", "0", "!", "-perm", "-0002"],
            null,
            cancellationToken
        );
        if (ours.Output.Trim() != elsewhere)
            throw new EmbeddedServerException(
                $"{elsewhere} is not root's own folder; remove it, or set DXY_HOME to a folder that every user can pass through."
            );

        Make(elsewhere);
        Make(Path.Combine(elsewhere, "log"));
        return elsewhere;
    }

    /// <summary>The log is found in the home even where the data are elsewhere.</summary>
    public static void LinkLog(string home, string logFile)
    {
        var link = Path.Combine(home, "log", Path.GetFileName(logFile));
        if (link == logFile)
            return;
        File.Delete(link);
        File.CreateSymbolicLink(link, logFile);
    }

    private static void Make(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Private);
            // Apart from making it, so that the caller's umask has no say.
            if (Environment.IsPrivilegedProcess)
                File.SetUnixFileMode(folder, Passable);
        }
    }
}
