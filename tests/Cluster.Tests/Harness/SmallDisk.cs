using System.Diagnostics;
using System.Globalization;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>A database on a small volume of its own (a tablespace on a tmpfs), that can be filled to the last byte.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    readonly string _folder;
    readonly string _name;
    readonly string _admin;

    SmallDisk(string folder, string name, string admin) => (_folder, _name, _admin) = (folder, name, admin);

    string Filler => Path.Combine(_folder, "filler");

    /// <summary>A cluster on an empty database there; the test is skipped where no volume can be mounted.</summary>
    public static async Task<(SiloCluster Cluster, SmallDisk Disk)> OpenAsync(TestServer server, string name)
    {
        Assert.SkipUnless(server.Embedded is not null, "The server is another's: its volumes can't be reached.");
        var (cluster, disk, refused) = await TryOpenAsync(server.Embedded!, name, megabytes: 96);
        Assert.SkipWhen(disk is null, refused);
        return (cluster!, disk);
    }

    /// <summary>A cluster on an empty database there; or why no volume can be mounted.</summary>
    public static async Task<(SiloCluster? Cluster, SmallDisk? Disk, string Refused)> TryOpenAsync(
        EmbeddedServer server,
        string name,
        int megabytes
    )
    {
        var folder = Directory.CreateTempSubdirectory("dxy-disk-").FullName;
        if (
            await RunAsync(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"),
                "tmpfs",
                folder
            ) is
            { } refused
        )
        {
            Directory.Delete(folder);
            return (null, null, $"No small volume can be mounted here: {refused}");
        }

        var disk = new SmallDisk(
            folder,
            name,
            new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Pooling = false }.ConnectionString
        );
        Assert.Null(await RunAsync("chown", "--reference=" + server.DataFolder, folder));
        await disk.SayAsync($"CREATE TABLESPACE {name} LOCATION '{folder}'");
        await disk.SayAsync($"CREATE DATABASE {name} OWNER {EmbeddedServer.RoleName} TEMPLATE template0 TABLESPACE {name}");
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
        return (new SiloCluster(name, connection, disk), disk, "");
    }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await SayAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
        await SayAsync($"DROP TABLESPACE IF EXISTS {_name}");
        await RunAsync("umount", _folder);
        Directory.Delete(_folder);
    }

    async Task SayAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(_admin);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{program} ended with {process.ExitCode}: {said.Trim()}");
    }
}
