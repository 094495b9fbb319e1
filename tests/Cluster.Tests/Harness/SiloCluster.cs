using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>The silos of one test or one class of tests, on a database of their own.</summary>
public sealed class SiloCluster : IAsyncDisposable
{
    // Of a log beside a failed test: lines at its end, characters of a line.
    const int Tail = 60;
    const int Width = 220;

    readonly List<SiloProcess> _silos = [];
    readonly IAsyncDisposable? _database;
    bool _keepLogs;

    /// <param name="name">The cluster's id, and what its folder is named for.</param>
    /// <param name="connectionString">The database, as its owner.</param>
    /// <param name="database">Disposed at the end, after the silos.</param>
    public SiloCluster(string name, string connectionString, IAsyncDisposable? database = null)
    {
        (Name, ConnectionString, _database) = (name, connectionString, database);
        Folder = Directory.CreateTempSubdirectory($"dxy-silos-{name}-").FullName;
        HostDatabase = new HostDatabase(connectionString);
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>Where the logs are.</summary>
    public string Folder { get; }

    public HostDatabase HostDatabase { get; }

    /// <summary>The silos whose processes run.</summary>
    public IReadOnlyList<SiloProcess> Running => [.. _silos.Where(silo => silo.IsRunning)];

    /// <summary>All silos that were ever started.</summary>
    public IReadOnlyList<SiloProcess> All => [.. _silos];

    /// <summary>Starts a silo and returns at once.</summary>
    public SiloProcess Start(params IEnumerable<string> arguments) => StartAt(SiloPorts.Free(), arguments);

    /// <summary>Starts a silo where another was.</summary>
    public SiloProcess StartAt(SiloPorts ports, params IEnumerable<string> arguments) => StartAt(ports, SiloPlace.Here, arguments);

    /// <summary>Starts a silo elsewhere than on loopback.</summary>
    public SiloProcess StartAt(SiloPorts ports, SiloPlace place, IEnumerable<string> arguments) =>
        StartAt(ports, place, arguments, program: null);

    /// <summary>Starts a silo of another build where another was.</summary>
    public SiloProcess StartBuild(string program, SiloPorts ports) => StartAt(ports, SiloPlace.Here, [], program);

    SiloProcess StartAt(SiloPorts ports, SiloPlace place, IEnumerable<string> arguments, string? program)
    {
        var silo = SiloProcess.Start(
            Folder,
            ConnectionString,
            ports,
            place,
            ["--ClusterId", Name, "--ServiceId", Name, .. arguments],
            program
        );
        _silos.Add(silo);
        return silo;
    }

    /// <summary>As many running silos as asked for, all ready.</summary>
    public async Task<IReadOnlyList<SiloProcess>> ReadyAsync(int count)
    {
        while (Running.Count < count)
        {
            Start();
        }

        foreach (var silo in Running)
        {
            await silo.ReadyAsync();
        }

        return Running;
    }

    public Task<GrainClient> ConnectAsync() => GrainClient.ConnectAsync(ConnectionString, Name);

    /// <summary>Shows the end of each silo's log beside a failed test, and keeps the files.</summary>
    public void ShowLogs()
    {
        _keepLogs = true;
        foreach (var silo in _silos)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"--- {silo.LogFile}{(silo.IsRunning ? "" : " (ended)")}");
            TestContext.Current.TestOutputHelper?.WriteLine(
                string.Join('\n', silo.Log.Split('\n').TakeLast(Tail).Select(line => line.Length > Width ? line[..Width] : line))
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        _silos.ForEach(silo => silo.Dispose());
        await HostDatabase.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (!_keepLogs)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
