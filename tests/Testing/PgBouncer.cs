using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Xunit;

namespace DxyOrleans.Testing;

/// <summary>
/// A real pgbouncer in transaction mode before a test's database: one login, reached over a socket in a folder of its own. It ends with
/// whoever started it, however that one ends.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    const int Port = 6432;

    // The socket is there within milliseconds; a loaded machine takes longer.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly string _folder;
    readonly Process _process;

    PgBouncer(string folder, Process process, string connectionString) =>
        (_folder, _process, ConnectionString) = (folder, process, connectionString);

    /// <summary>For Npgsql: the same database and login, through the pooler.</summary>
    public string ConnectionString { get; }

    /// <summary>Ends the test as skipped where pgbouncer isn't installed.</summary>
    public static void Require() => Assert.SkipWhen(Program is null, "pgbouncer isn't installed here: apt-get install pgbouncer");

    static string? Program { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "pgbouncer"))
            .FirstOrDefault(File.Exists);

    /// <param name="connectionString">For Npgsql: the server, database, login and password it leads to.</param>
    /// <param name="poolSize">How many connections it makes to the server at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, int poolSize, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = TestFolder.Make();
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root, and makes its socket and log as nobody.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }

        var (settings, users) = (Path.Combine(folder, "pgbouncer.ini"), Path.Combine(folder, "users.txt"));
        await File.WriteAllTextAsync(users, $"\"{server.Username}\" \"{server.Password}\"\n", cancellationToken);
        await File.WriteAllTextAsync(
            settings,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                [databases]
                {server.Database} = host={server.Host} port={server.Port} dbname={server.Database}
                [pgbouncer]
                listen_addr =
                listen_port = {Port}
                unix_socket_dir = {folder}
                auth_type = plain
                auth_file = {users}
                pool_mode = transaction
                default_pool_size = {poolSize}
                logfile = {folder}/pgbouncer.log
                """
            ) + "\n",
            cancellationToken
        );

        // The shell's input is ours: it ends when we do, and with it the pooler.
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                "\"$@\" </dev/null >/dev/null 2>&1 & read -r _; kill $!; wait",
                "sh",
                Program!,
                "-q",
                .. Environment.IsPrivilegedProcess ? ["-u", "nobody"] : Array.Empty<string>(),
                settings,
            ]
        )
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        var through = new NpgsqlConnectionStringBuilder(connectionString) { Host = folder, Port = Port };
        var bouncer = new PgBouncer(folder, Process.Start(start)!, through.ConnectionString);
        var socket = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{Port}"));
        for (var waited = Stopwatch.StartNew(); !Answers(socket); )
        {
            if (bouncer._process.HasExited || waited.Elapsed > Patience)
            {
                await bouncer.DisposeAsync();
                throw new InvalidOperationException($"pgbouncer doesn't start; try: {Program} {settings}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }

        return bouncer;
    }

    // Its file is there a moment before it is listened to.
    static bool Answers(string socket)
    {
        if (!File.Exists(socket))
        {
            return false;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
