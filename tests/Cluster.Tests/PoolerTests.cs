using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Silos whose every connection, Orleans' own included, leads through pgbouncer in transaction mode.</summary>
public sealed class PoolerTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task Two_silos_behind_a_pooler_of_four_connections_install_form_a_cluster_derive_and_roll_up()
    {
        PgBouncer.Require();
        var cluster = await OpenAsync("pooled");
        await using var pooler = await PgBouncer.StartAsync(cluster.ConnectionString, poolSize: 4, Token);
        var silos = Enumerable.Range(0, 2).Select(_ => cluster.Start("--Database", pooler.ConnectionString, "--Prepare", "false")).ToList();
        foreach (var silo in silos)
        {
            await silo.ReadyAsync();
        }

        var host = cluster.HostDatabase;
        await host.HireIngestAsync();
        var hour = new TimeRange(UtcTime.At(2024, 3, 4, 8), UtcTime.At(2024, 3, 4, 9));
        await host.InsertAsync(hour);
        await Parity.ReachedAsync(host, hour, 60, 7 * 13, Soon);
        await host.CopyAsync(new TimeRange(hour.To, hour.To + TimeSpan.FromHours(1)));
        await Parity.ReachedAsync(host, new TimeRange(hour.To, hour.To + TimeSpan.FromHours(1)), 60, 7 * 13, Soon);

        Assert.Equal(2, await host.CountAsync("dxy_orleans.cluster_member WHERE status = 3"));
        Assert.NotEqual(0, await host.CountAsync("dxy_orleans.reminder"));
        Assert.InRange(
            await host.CountAsync("pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dxy-%'"),
            1,
            4
        );
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public async Task A_silo_at_work_has_no_more_connections_than_its_pool_size_whatever_they_are_for(int poolSize)
    {
        var cluster = await OpenAsync("budget");
        await cluster.Start(poolSize == 8 ? [] : ["--PoolSize", "4"]).ReadyAsync();
        var host = cluster.HostDatabase;
        await host.HireIngestAsync();
        var hours = new TimeRange(UtcTime.At(2024, 3, 4, 8), UtcTime.At(2024, 3, 4, 14));
        await host.CopyAsync(hours);
        await Parity.ReachedAsync(host, hours, 360, 6 * 7 * 13, Soon);

        // A pool's connections stay for minutes after the last that needed them.
        Assert.InRange(
            await host.CountAsync("pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dxy-%'"),
            3,
            poolSize
        );
    }
}
