using System.Globalization;
using Npgsql;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL server kept in a folder, reachable on 127.0.0.1 and through a socket folder that only its user can open.
/// It runs on its own, apart from the process that started it, until it is stopped.
/// </summary>
public sealed class EmbeddedServer
{
    /// <summary>The <c>cluster_name</c> by which SQL knows that it runs on an embedded server.</summary>
    public const string ClusterName = "dxy-embedded";

    /// <summary>The database that everything of ours is in.</summary>
    public const string DatabaseName = "dxy";

    /// <summary>
    /// The role that owns the database and that everything of ours logs in as. Not the name of a schema of ours: by the default search path
    /// what it makes without naming a schema would land in that one.
    /// </summary>
    public const string RoleName = "dxyowner";

    /// <summary>The same in homes that were made before; there a search path keeps what it makes out of our schema.</summary>
    internal const string FormerRoleName = "dxy";

    internal const string AdminName = "postgres";

    private readonly ServerRecord _record;
    private readonly TimeProvider _time;

    internal EmbeddedServer(string home, ServerRecord record, Postmaster postmaster, TimeProvider time)
    {
        (Home, _record, _time) = (home, record, time);
        (Pid, Port) = (postmaster.Pid, postmaster.Port);
    }

    public string Home { get; }

    /// <summary>The process id of the server.</summary>
    public int Pid { get; }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>PostgreSQL's own folder; not below <see cref="Home"/> where the server's user can't reach that.</summary>
    public string DataFolder => _record.DataFolder;

    public string LogFile => _record.LogFile;

    /// <summary>The folder of the Unix socket, below /tmp for its short name.</summary>
    public string SocketFolder => _record.SocketFolder ?? "";

    /// <summary>The role that owns the database: <see cref="RoleName"/>, or what it was called when the home was made.</summary>
    public string Role => _record.Role;

    /// <summary>For Npgsql: the owner, in the database <c>dxy</c>.</summary>
    public string ConnectionString => Connection(_record, Port, Role, _record.Password, DatabaseName);

    /// <summary>For Npgsql: the superuser, in the database <c>dxy</c>.</summary>
    public string AdminConnectionString => Connection(_record, Port, AdminName, _record.AdminPassword, DatabaseName);

    /// <summary>For psql and other programs; the password is in it.</summary>
    public string Url =>
        string.Create(CultureInfo.InvariantCulture, $"postgresql://{Role}:{_record.Password}@127.0.0.1:{Port}/{DatabaseName}");

    /// <summary>
    /// Brings the server of a home up and returns when it answers: makes the data folder when there is none, starts it when stopped,
    /// and only attaches when it runs. Any number of processes may call this at once.
    /// </summary>
    /// <param name="options">What is brought up; a server that runs already keeps the settings it was started with.</param>
    /// <param name="notice">Gets a line that the user ought to read, such as where the data are when not in the home.</param>
    /// <param name="time">The real clock: only waits and polls use it.</param>
    /// <param name="cancellationToken">Ends the wait; a server that is coming up is left to come up.</param>
    /// <exception cref="ServerProgramsMissingException">PostgreSQL's programs are not installed.</exception>
    /// <exception cref="EmbeddedServerException">It can't be brought up; the message says why and what to do.</exception>
    public static async Task<EmbeddedServer> StartAsync(
        EmbeddedServerOptions options,
        Action<string>? notice,
        TimeProvider time,
        CancellationToken cancellationToken = default
    )
    {
        options = options.Validated();
        ServerPlace.Prepare(options.Home);
        using var homeLock = await HomeLock.TakeAsync(options.Home, "postgres", time, cancellationToken);
        return await new ServerStart(options, notice ?? (_ => { }), time).RunAsync(cancellationToken);
    }

    /// <summary>The running server of a home, or null; starts nothing.</summary>
    /// <param name="home">The home.</param>
    /// <param name="time">The real clock.</param>
    /// <param name="inAnyState">One that is just starting or stopping too.</param>
    /// <exception cref="EmbeddedServerException">The home belongs to another user or is damaged.</exception>
    public static EmbeddedServer? Find(string home, TimeProvider time, bool inAnyState = false)
    {
        home = RealPath.Of(home);
        return
            ServerRecord.Load(home) is { } record
            && Postmaster.Find(record.DataFolder) is { } postmaster
            && (postmaster.IsReady || inAnyState)
            ? new EmbeddedServer(home, record, postmaster, time)
            : null;
    }

    /// <summary>Stops the server and returns when it is gone. A server that has stopped already is no error.</summary>
    /// <exception cref="EmbeddedServerException">It doesn't stop.</exception>
    public async Task StopAsync(StopMode mode = StopMode.Fast, CancellationToken cancellationToken = default)
    {
        using var homeLock = await HomeLock.TakeAsync(Home, "postgres", _time, cancellationToken);
        await ServerStop.RunAsync(Home, ServerRecord.Load(Home) ?? _record, mode, cancellationToken);
    }

    /// <summary>Stops the server and removes its data, passwords and log for good.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(StopMode.Immediate, cancellationToken);
        File.Delete(ServerRecord.FileIn(Home));
        Directory.Delete(DataFolder, recursive: true);
        File.Delete(LogFile);
        if (_record.Root != Home)
            Directory.Delete(_record.Root, recursive: true);
    }

    internal static string Connection(ServerRecord record, int port, string role, string password, string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = role,
            Password = password,
            Database = database,
        }.ConnectionString;
}
