namespace DxyOrleans.EmbeddedPostgres;

/// <summary>Makes the data folder of a new server, aside and then under its name, so that a half-made one is never started.</summary>
internal sealed class DataFolder(ServerRecord record, ServerUser user, ServerPrograms programs)
{
    public async Task MakeAsync(bool durable, CancellationToken cancellationToken)
    {
        var aside = record.DataFolder + ".new";
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        if (Directory.Exists(record.DataFolder) && Directory.EnumerateFileSystemEntries(record.DataFolder).Any())
            throw new EmbeddedServerException($"{record.DataFolder} is not empty and not a PostgreSQL data folder; move it away.");

        await user.MakeFolderAsync(aside, cancellationToken);
        // In the socket folder, which nobody else can enter.
        var passwordFile = Path.Combine(record.SocketFolder!, "password");
        await user.ShellAsync("umask 077; cat >\"$1\"", [passwordFile], record.AdminPassword + "\n", cancellationToken);

        string[] arguments =
        [
            "-D",
            aside,
            "-U",
            EmbeddedServer.AdminName,
            $"--pwfile={passwordFile}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
            .. durable ? (string[])[] : ["--no-sync"],
        ];
        var result = await user.RunAsync(programs.InitDb, arguments, null, cancellationToken);
        File.Delete(passwordFile);
        if (result.ExitCode != 0)
            throw new EmbeddedServerException($"initdb could not make {record.DataFolder}: {result.Cause}");

        await user.ShellAsync(
            "cat >>\"$1\"",
            [Path.Combine(aside, "postgresql.conf")],
            $"\ninclude_if_exists '{ServerSettings.FileName}'\n",
            cancellationToken
        );
        if (Directory.Exists(record.DataFolder))
            Directory.Delete(record.DataFolder);
        Directory.Move(aside, record.DataFolder);
    }
}
