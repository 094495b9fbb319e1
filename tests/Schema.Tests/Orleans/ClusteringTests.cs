using DxyOrleans.Testing;
using Npgsql;
using static DxyOrleans.Schema.Tests.Orleans.OrleansTables;

namespace DxyOrleans.Schema.Tests.Orleans;

public sealed class ClusteringTests(TestServer server) : IAsyncLifetime
{
    private const int Active = 3;
    private const int Dead = 6;
    private const int Racers = 24;

    private static readonly DateTime Started = new(2026, 1, 5, 22, 0, 0, DateTimeKind.Utc);

    private OrleansTables _tables = null!;

    public async ValueTask InitializeAsync()
    {
        _tables = await OrleansTables.CreateAsync(server);
        await _tables.SaysAsync("InsertMembershipVersionKey", Cluster);
    }

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    private static NpgsqlParameter Cluster => Text("DeploymentId", "cluster");

    [Fact]
    public async Task Of_many_silos_that_make_the_version_row_one_is_told_so_and_none_fails()
    {
        var answers = await RaceAsync(_ => _tables.SaysAsync("InsertMembershipVersionKey", Text("DeploymentId", "another")));
        Assert.Equal(1, answers.Count(made => made));
    }

    [Fact]
    public async Task A_cluster_without_silos_reads_as_its_version_and_no_start_time()
    {
        var row = Assert.Single(await _tables.RowsAsync("MembershipReadAllKey", Cluster));
        Assert.Equal((0, null), (row["Version"], row["StartTime"]));
        Assert.Empty(await _tables.RowsAsync("MembershipReadAllKey", Text("DeploymentId", "unknown")));
    }

    [Fact]
    public async Task An_inserted_silo_is_read_back_in_every_column()
    {
        Assert.True(await InsertAsync(1, version: 0));

        foreach (var key in (string[])["MembershipReadAllKey", "MembershipReadRowKey"])
        {
            var row = Assert.Single(await _tables.RowsAsync(key, [Cluster, .. Silo(1)]));
            Assert.Equal(("10.0.0.1", 11111, 1), (row["Address"], row["Port"], row["Generation"]));
            Assert.Equal(("silo1", "host1", Active, 30001), (row["SiloName"], row["HostName"], row["Status"], row["ProxyPort"]));
            Assert.Equal((null, Started, Started, 1), (row["SuspectTimes"], row["StartTime"], row["IAmAliveTime"], row["Version"]));
        }
    }

    [Fact]
    public async Task An_unknown_silo_reads_as_the_version_and_no_start_time()
    {
        await InsertAsync(1, version: 0);
        var row = Assert.Single(await _tables.RowsAsync("MembershipReadRowKey", [Cluster, .. Silo(2)]));
        Assert.Equal((1, null), (row["Version"], row["StartTime"]));
    }

    [Fact]
    public async Task A_silo_is_not_inserted_over_an_old_version_nor_twice()
    {
        Assert.True(await InsertAsync(1, version: 0));
        Assert.False(await InsertAsync(2, version: 0));
        Assert.False(await InsertAsync(1, version: 1));
        Assert.Equal(("1", 1), (await VersionAsync(), await CountAsync()));
    }

    [Fact]
    public async Task Of_many_inserts_at_one_version_one_wins_and_none_fails()
    {
        var answers = await RaceAsync(silo => InsertAsync(silo, version: 0));
        Assert.Equal((1, "1", 1), (answers.Count(won => won), await VersionAsync(), await CountAsync()));
    }

    [Fact]
    public async Task Of_many_updates_at_one_version_one_wins_and_its_row_is_what_stays()
    {
        for (var silo = 0; silo < Racers; silo++)
            await InsertAsync(silo, version: silo);

        var answers = await RaceAsync(silo => UpdateAsync(silo, version: Racers, status: Dead));

        Assert.Equal((1, $"{Racers + 1}"), (answers.Count(won => won), await VersionAsync()));
        var rows = await _tables.RowsAsync("MembershipReadAllKey", Cluster);
        Assert.Equal(Array.IndexOf(answers, true), Assert.Single(rows, row => (int)row["Status"]! == Dead)["Generation"]);
    }

    [Fact]
    public async Task An_update_sets_status_suspicions_and_heartbeat_and_moves_the_version()
    {
        await InsertAsync(1, version: 0);
        Assert.True(await UpdateAsync(1, version: 1, status: Dead, suspects: "10.0.0.2:11111@2,2026-01-05"));

        var row = Assert.Single(await _tables.RowsAsync("MembershipReadAllKey", Cluster));
        Assert.Equal(
            (Dead, "10.0.0.2:11111@2,2026-01-05", Started.AddMinutes(1), 2),
            (row["Status"], row["SuspectTimes"], row["IAmAliveTime"], row["Version"])
        );
    }

    [Fact]
    public async Task A_refused_update_changes_nothing()
    {
        await InsertAsync(1, version: 0);
        Assert.False(await UpdateAsync(1, version: 0, status: Dead));
        Assert.False(await UpdateAsync(2, version: 1, status: Dead));

        var row = Assert.Single(await _tables.RowsAsync("MembershipReadAllKey", Cluster));
        Assert.Equal((Active, 1), (row["Status"], row["Version"]));
    }

    [Fact]
    public async Task A_heartbeat_leaves_the_version_alone()
    {
        await InsertAsync(1, version: 0);
        Assert.Empty(await _tables.RowsAsync("UpdateIAmAlivetimeKey", [Cluster, .. Silo(1), Time("IAmAliveTime", Started.AddHours(1))]));

        var row = Assert.Single(await _tables.RowsAsync("MembershipReadAllKey", Cluster));
        Assert.Equal((Started.AddHours(1), 1), (row["IAmAliveTime"], row["Version"]));
    }

    [Fact]
    public async Task Heartbeats_and_updates_at_once_never_deadlock()
    {
        for (var silo = 0; silo < 4; silo++)
            await InsertAsync(silo, version: silo);

        await RaceAsync(async racer =>
        {
            for (var round = 0; round < 25; round++)
            {
                var silo = (racer + round) % 4;
                if (racer % 2 == 0)
                    await _tables.RowsAsync(
                        "UpdateIAmAlivetimeKey",
                        [Cluster, .. Silo(silo), Time("IAmAliveTime", Started.AddSeconds(round))]
                    );
                else
                    await UpdateAsync(silo, int.Parse(await VersionAsync(), System.Globalization.CultureInfo.InvariantCulture), Active);
            }

            return true;
        });

        Assert.Equal(4, await CountAsync());
    }

    [Fact]
    public async Task Gateways_are_the_silos_of_that_status_with_a_gateway()
    {
        await InsertAsync(1, version: 0);
        await InsertAsync(2, version: 1, proxyPort: 0);
        await InsertAsync(3, version: 2, status: Dead);

        var row = Assert.Single(await _tables.RowsAsync("GatewaysQueryKey", Cluster, Small("Status", Active)));
        Assert.Equal(("10.0.0.1", 30001, 1), (row["Address"], row["ProxyPort"], row["Generation"]));
    }

    [Fact]
    public async Task Cleanup_by_cutoff_takes_only_the_long_dead()
    {
        await InsertAsync(1, version: 0, status: Dead);
        await InsertAsync(2, version: 1);
        await InsertAsync(3, version: 2, status: Dead, started: Started.AddDays(3));

        await _tables.RowsAsync("CleanupDefunctSiloEntriesKey", Cluster, Time("IAmAliveTime", Started.AddDays(1)));

        var rows = await _tables.RowsAsync("MembershipReadAllKey", Cluster);
        Assert.Equal([2, 3], rows.Select(row => (int)row["Generation"]!).Order());
        Assert.All(rows, row => Assert.Equal(3, row["Version"]));
    }

    [Theory]
    [InlineData("as seen", Dead, 0, 0, null, true)]
    [InlineData("alive again", Active, 0, 0, null, false)]
    [InlineData("another start", Dead, 1, 0, null, false)]
    [InlineData("a later heartbeat", Dead, 0, 1, null, false)]
    [InlineData("another vote", Dead, 0, 0, "vote", false)]
    public async Task Cleanup_of_one_silo_deletes_it_only_as_it_was_seen(
        string what,
        int status,
        int startOff,
        int aliveOff,
        string? suspects,
        bool deleted
    )
    {
        await InsertAsync(1, version: 0, status: status);

        await _tables.RowsAsync(
            "CleanupDefunctSiloEntryKey",
            [
                Cluster,
                .. Silo(1),
                Time("StartTime", Started.AddSeconds(startOff)),
                Time("IAmAliveTime", Started.AddSeconds(aliveOff)),
                Text("SuspectTimes", suspects),
            ]
        );

        Assert.True(await CountAsync() == (deleted ? 0 : 1), what);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", null)]
    [InlineData(null, "")]
    [InlineData("10.0.0.2:11111@2,2026-01-05 22:00:00.000 GMT", "10.0.0.2:11111@2,2026-01-05 22:00:00.000 GMT")]
    public async Task A_dead_silo_without_votes_is_cleaned_up_however_none_is_written(string? stored, string? sent)
    {
        await InsertAsync(1, version: 0);
        Assert.True(await UpdateAsync(1, version: 1, status: Dead, suspects: stored));

        await _tables.RowsAsync(
            "CleanupDefunctSiloEntryKey",
            [Cluster, .. Silo(1), Time("StartTime", Started), Time("IAmAliveTime", Started.AddMinutes(1)), Text("SuspectTimes", sent)]
        );

        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task At_the_highest_version_a_change_is_refused_and_no_error()
    {
        await InsertAsync(1, version: 0);
        await _tables.Database.RunAsync(
            "UPDATE dxy_orleans.cluster_version SET version = 2147483647",
            TestContext.Current.CancellationToken
        );
        Assert.False(await InsertAsync(2, version: int.MaxValue));
        Assert.False(await UpdateAsync(1, version: int.MaxValue, status: Dead));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Deleting_a_cluster_takes_its_rows_and_version_and_no_others()
    {
        await InsertAsync(1, version: 0);
        await _tables.SaysAsync("InsertMembershipVersionKey", Text("DeploymentId", "another"));

        await _tables.RowsAsync("DeleteMembershipTableEntriesKey", Cluster);

        Assert.Empty(await _tables.RowsAsync("MembershipReadAllKey", Cluster));
        Assert.Equal(0, await CountAsync());
        Assert.Single(await _tables.RowsAsync("MembershipReadAllKey", Text("DeploymentId", "another")));
    }

    private Task<bool> InsertAsync(int silo, int version, int status = Active, int? proxyPort = null, DateTime? started = null) =>
        _tables.SaysAsync(
            "InsertMembershipKey",
            [
                Cluster,
                .. Silo(silo),
                Text("SiloName", $"silo{silo}"),
                Text("HostName", $"host{silo}"),
                Small("Status", status),
                Small("ProxyPort", proxyPort ?? 30000 + silo),
                Small("Version", version),
                Time("StartTime", started ?? Started),
                Time("IAmAliveTime", started ?? Started),
            ]
        );

    private Task<bool> UpdateAsync(int silo, int version, int status, string? suspects = null) =>
        _tables.SaysAsync(
            "UpdateMembershipKey",
            [
                Cluster,
                .. Silo(silo),
                Small("Status", status),
                Small("Version", version),
                Text("SuspectTimes", suspects),
                Time("IAmAliveTime", Started.AddMinutes(1)),
            ]
        );

    private static NpgsqlParameter[] Silo(int silo) => [Text("Address", $"10.0.0.{silo}"), Small("Port", 11111), Small("Generation", silo)];

    private async Task<string> VersionAsync() => $"{(await _tables.RowsAsync("MembershipReadAllKey", Cluster))[0]["Version"]}";

    private async Task<int> CountAsync() => (int)await _tables.Database.ValueAsync<long>("SELECT count(*) FROM dxy_orleans.cluster_member");

    private static Task<bool[]> RaceAsync(Func<int, Task<bool>> run) =>
        Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => run(racer))));
}
