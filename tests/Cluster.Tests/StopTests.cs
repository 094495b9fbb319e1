using System.Diagnostics;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

/// <summary>A silo that is asked to stop while its database is away ends at once: there is nobody to say good-bye to.</summary>
public sealed class StopTests(TestServer server) : SiloTests(server)
{
    readonly TestServer _server = server;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silo_whose_database_is_shut_ends_within_5_s_behind_a_pooler_that_goes_on_listening_too(bool isPooled)
    {
        var cluster = await OpenAsync(isPooled ? "shut_pooled" : "shut");
        if (isPooled)
        {
            PgBouncer.Require();
        }

        await using var pooler = isPooled ? await PgBouncer.StartAsync(cluster.ConnectionString, poolSize: 4, Token) : null;
        var silo = pooler is null ? cluster.Start() : cluster.Start("--Database", pooler.ConnectionString, "--Prepare", "false");
        await silo.ReadyAsync();

        var name = new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Database;
        await RunAsync(
            $"ALTER DATABASE {name} ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                + $"'{name}'"
        );
        try
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(3, await silo.StopAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        finally
        {
            await RunAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
            cluster.HostDatabase.ForgetConnections();
        }
    }

    [Fact]
    public async Task One_whose_database_is_there_says_good_bye()
    {
        var cluster = await OpenAsync("good_bye");
        var silo = cluster.Start();
        await silo.ReadyAsync();
        Assert.Equal(0, await silo.StopAsync());
        Assert.Equal(0, await cluster.HostDatabase.CountAsync("dxy_orleans.cluster_member WHERE status = 3"));
    }

    async Task RunAsync(string sql)
    {
        await using var admin = NpgsqlDataSource.Create(_server.AdminConnectionString);
        foreach (var statement in sql.Split(';'))
        {
            await using var command = admin.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
