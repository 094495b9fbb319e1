using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

/// <summary>A silo that can't start says why in one line of its own, and soon: it doesn't wait for what won't change.</summary>
public sealed class StartFaultTests(TestServer server) : IDisposable
{
    // The start of a process on a machine that is busy with other tests included.
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    readonly string _folder = Directory.CreateTempSubdirectory("dxy-silos-start-").FullName;

    [Fact]
    public async Task A_wrong_password_and_an_unknown_database_are_not_waited_for()
    {
        await using var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong" }.ConnectionString;
        await AssertEndsAsync(3, "password authentication failed", wrong);
        var unknown = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "nowhere" }.ConnectionString;
        await AssertEndsAsync(3, "\"nowhere\" does not exist", unknown);
    }

    [Fact]
    public Task A_database_that_is_away_is_told_with_the_reason_when_the_waiting_is_over() =>
        AssertEndsAsync(
            3,
            "was not reachable for 2 s: ",
            "Host=127.0.0.1;Port=1;Database=dxy;Username=dxy",
            "--WaitForDatabase",
            "00:00:02"
        );

    [Fact]
    public async Task A_database_without_our_schema_is_told_where_the_silo_may_not_bring_it()
    {
        await using var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await AssertEndsAsync(3, "db apply", database.ConnectionString, "--ApplySchema", "false");
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named_with_its_setting()
    {
        await using var database = await server.CreateInstalledDatabaseAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        foreach (
            var (setting, ports) in ((string, SiloPorts)[])
                [("SiloPort", SiloPorts.Free() with { Silo = taken }), ("HttpPort", SiloPorts.Free() with { Http = taken })]
        )
        {
            await AssertEndsAsync(
                5,
                $"port {taken} at 127.0.0.1 is taken by another program; set {setting}",
                database.ConnectionString,
                ports
            );
        }
    }

    [Fact]
    public async Task A_pooler_that_does_not_carry_prepared_statements_is_named_with_the_setting()
    {
        PgBouncer.Require();
        await using var database = await server.CreateInstalledDatabaseAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, poolSize: 4, TestContext.Current.CancellationToken);
        await AssertEndsAsync(3, "DXY_PREPARE=false", pooler.ConnectionString);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    Task AssertEndsAsync(int code, string said, string database, params string[] arguments) =>
        AssertEndsAsync(code, said, database, SiloPorts.Free(), arguments);

    async Task AssertEndsAsync(int code, string said, string database, SiloPorts ports, params string[] arguments)
    {
        var began = Stopwatch.GetTimestamp();
        using var silo = SiloProcess.Start(_folder, database, ports, arguments);
        var ended = await silo.ExitAsync(TimeSpan.FromSeconds(40));
        var line = Assert.Single(silo.Log.Split('\n'), line => line.StartsWith("dxy-silo: ", StringComparison.Ordinal));
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.Equal(code, ended);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Soon);
    }
}
