using System.Globalization;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>One start of the server of a home. The caller holds the <see cref="HomeLock"/>, so nothing else starts or stops it
/// meanwhile.</summary>
internal sealed class ServerStart(EmbeddedServerOptions options, Action<string> notice, TimeProvider time)
{
    private const long LargestLog = 16 * 1024 * 1024;
    private const int Attempts = 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxRecovery = TimeSpan.FromMinutes(10);

    public async Task<EmbeddedServer> RunAsync(CancellationToken cancellationToken)
    {
        var record = ServerRecord.Load(options.Home);
        var postmaster = record is null ? null : await SettledAsync(record.DataFolder, cancellationToken);
        if (postmaster is null)
            (record, postmaster) = await LaunchAsync(record, cancellationToken);
        if (!record!.Prepared || !record.PathSet)
        {
            await ServerContents.PrepareAsync(record, postmaster.Port, cancellationToken);
            record = record with { Prepared = true, PathSet = true };
            record.Save(options.Home);
        }

        var pid = postmaster.Pid.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(ServerStop.PidFile(options.Home), pid + "\n", cancellationToken);
        return new EmbeddedServer(options.Home, record, postmaster, time);
    }

    private async Task<(ServerRecord Record, Postmaster Postmaster)> LaunchAsync(ServerRecord? record, CancellationToken cancellationToken)
    {
        var user = await ServerUser.ChooseAsync(record?.DataFolder, cancellationToken);
        record ??= await NewRecordAsync(user, cancellationToken);
        if (record.Root != options.Home)
            notice($"The server runs as another user who can't reach {options.Home}; its data are in {record.DataFolder}");

        var programs = await ServerPrograms.FindAsync(DataVersion.Of(record.DataFolder), cancellationToken);
        ServerStop.RemoveSocketFolder(record);
        record = record with { SocketFolder = await user.ShellAsync("mktemp -d /tmp/dxy-XXXXXX", [], null, cancellationToken) };
        record.Save(options.Home);
        try
        {
            if (DataVersion.Of(record.DataFolder) is null)
                await new DataFolder(record, user, programs).MakeAsync(options.Durable, cancellationToken);
            Postmaster.RemoveStalePidFile(record.DataFolder);
            await PrepareLogAsync(record, user, cancellationToken);
            return await StartAsync(record, user, programs, cancellationToken);
        }
        catch when (Postmaster.Find(record.DataFolder) is null)
        {
            ServerStop.RemoveSocketFolder(record);
            throw;
        }
    }

    private async Task<ServerRecord> NewRecordAsync(ServerUser user, CancellationToken cancellationToken)
    {
        var record = ServerRecord.New(await ServerPlace.ChooseAsync(options.Home, user, cancellationToken));
        return DataVersion.Of(record.DataFolder) is null
            ? record
            : throw new EmbeddedServerException(
                $"{record.DataFolder} holds a database, but its passwords in {ServerRecord.FileIn(options.Home)} are gone; restore that "
                    + $"file, or remove {record.DataFolder} to begin with an empty one."
            );
    }

    private async Task PrepareLogAsync(ServerRecord record, ServerUser user, CancellationToken cancellationToken)
    {
        if (new FileInfo(record.LogFile) is { Exists: true, Length: > LargestLog })
            File.Move(record.LogFile, record.LogFile + ".1", overwrite: true);
        await user.MakeFileAsync(record.LogFile, cancellationToken);
        ServerPlace.LinkLog(options.Home, record.LogFile);
    }

    private async Task<(ServerRecord Record, Postmaster Postmaster)> StartAsync(
        ServerRecord record,
        ServerUser user,
        ServerPrograms programs,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            record = record with { Port = ChoosePort(record) };
            record.Save(options.Home);
            var text = ServerSettings.Text(options, record.Port, record.SocketFolder!);
            await user.ShellAsync("cat >\"$1\"", [Path.Combine(record.DataFolder, ServerSettings.FileName)], text, cancellationToken);

            var before = new FileInfo(record.LogFile).Length;
            string[] arguments = ["start", "-D", record.DataFolder, "-l", record.LogFile, "-w", "-t", "600", "-s"];
            var result = await user.RunAsync(programs.PgCtl, arguments, null, cancellationToken);
            if (result.ExitCode == 0 && await SettledAsync(record.DataFolder, cancellationToken) is { } running)
                return (record, running);

            var said = await NewLinesAsync(record.LogFile, before, cancellationToken);
            if (attempt == Attempts || !IsPassing(said, record))
                throw new EmbeddedServerException(
                    $"PostgreSQL does not start on {record.DataFolder}: {ProgramResult.CauseIn(said) ?? result.Said} Its log is "
                        + $"{record.LogFile}."
                );
            await Task.Delay(Poll * 4, time, cancellationToken);
        }
    }

    private int ChoosePort(ServerRecord record)
    {
        if (options.Port is { } wanted)
        {
            return LoopbackPort.IsFree(wanted)
                ? wanted
                : throw new EmbeddedServerException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Port {wanted} on 127.0.0.1 is in use; choose another, or none for a free one."
                    )
                );
        }

        return record.Port != 0 && LoopbackPort.IsFree(record.Port) ? record.Port : LoopbackPort.Free();
    }

    // A server that was killed takes a moment to leave the table of processes, and its children to leave its memory; a free port may be
    // taken between the look and the start.
    private bool IsPassing(string said, ServerRecord record) =>
        said.Contains("still in use", StringComparison.Ordinal)
        || (
            said.Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal)
            && Postmaster.Find(record.DataFolder) is null
        )
        || (options.Port is null && !LoopbackPort.IsFree(record.Port));

    // A server that starts (a recovery may take its time) or stops is waited for; null when none runs.
    private async Task<Postmaster?> SettledAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (Postmaster.Find(dataFolder) is { } postmaster)
        {
            if (ProcessIdentity.Of(postmaster.Pid)?.Condition == ProcessCondition.Stopped)
                throw new EmbeddedServerException(
                    $"The server on {dataFolder} (process {postmaster.Pid}) was stopped by a signal and answers nobody; 'kill -CONT "
                        + $"{postmaster.Pid}' lets it go on, './dxy down' stops it."
                );
            if (postmaster.IsReady)
                return postmaster;
            if (time.GetElapsedTime(since) > MaxRecovery)
                throw new EmbeddedServerException(
                    $"The server on {dataFolder} (process {postmaster.Pid}) is {postmaster.Status} for over "
                        + $"{MaxRecovery.TotalMinutes:0} minutes; see its log."
                );
            await Task.Delay(Poll, time, cancellationToken);
        }

        return null;
    }

    private static async Task<string> NewLinesAsync(string logFile, long from, CancellationToken cancellationToken)
    {
        await using var log = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
