using System.Globalization;
using DxyOrleans.Core.Texts;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>Stops the server of a home. The caller holds the <see cref="HomeLock"/>.</summary>
internal static class ServerStop
{
    public static async Task RunAsync(string home, ServerRecord record, StopMode mode, CancellationToken cancellationToken)
    {
        var user = await ServerUser.ChooseAsync(record.DataFolder, cancellationToken);
        if (Postmaster.Find(record.DataFolder) is { } running)
        {
            // A server that was stopped by a signal hears of no other before it goes on.
            await user.CanAsync("kill -CONT \"$1\"", [running.Pid.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            var programs = await ServerPrograms.FindAsync(DataVersion.Of(record.DataFolder), cancellationToken);
            string[] arguments = ["stop", "-D", record.DataFolder, "-m", mode.Text(), "-w", "-t", "120", "-s"];
            var result = await user.RunAsync(programs.PgCtl, arguments, null, cancellationToken);
            if (result.ExitCode != 0 && Postmaster.Find(record.DataFolder) is { } left)
                throw new EmbeddedServerException(
                    $"The server of {home} (process {left.Pid}) does not stop: {result.Said} Its log is {record.LogFile}."
                );
        }

        RemoveSocketFolder(record);
        File.Delete(PidFile(home));
        (record with { SocketFolder = null }).Save(home);
    }

    /// <summary>Where <c>down</c> finds the process id.</summary>
    public static string PidFile(string home) => Path.Combine(home, "run", "postgres.pid");

    public static void RemoveSocketFolder(ServerRecord record)
    {
        if (record.SocketFolder is { } folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
