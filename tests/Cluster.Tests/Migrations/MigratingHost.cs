using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>
/// A legacy host with a run that silos carry out, and what goes on beside it: the market runs <see cref="Rate"/> times as fast, the six
/// pairs' bars of each minute come once it is over, warnings are accepted, approvals given. What the host was before is kept in a schema of
/// the test's own, <c>before</c>.
/// </summary>
public sealed class MigratingHost : IAsyncDisposable
{
    /// <summary>How much faster than real time its market's clock runs.</summary>
    public const double Rate = 60;

    readonly NpgsqlDataSource _data;

    MigratingHost(NpgsqlDataSource data, HostDatabase host, int legacyMinutes, RunSettings settings)
    {
        (_data, HostDatabase, LegacyMinutes, Settings) = (data, host, legacyMinutes, settings);
        Played = new TimeRange(LegacyTables.Open, LegacyTables.Open + TimeSpan.FromMinutes(legacyMinutes));
    }

    /// <summary>The name of the run, the newest where there were several.</summary>
    public string Name { get; private set; } = "killed";

    /// <summary>What has a run over in a minute.</summary>
    public static RunSettings Brief { get; } =
        new()
        {
            QuietMinutes = 3,
            SettleMinutes = 2,
            WindowHours = 0.2,
            HealthyMinutes = 8,
            FailMinutes = 1440,
            BatchRows = 100,
            MaxLiveLateSeconds = 0,
            RetentionDays = 1,
        };

    /// <summary>What a run is told.</summary>
    public RunSettings Settings { get; }

    public HostDatabase HostDatabase { get; }

    /// <summary>How many minutes the legacy deriver had derived when the clock was started.</summary>
    public int LegacyMinutes { get; }

    /// <summary>What has come of the pairs' bars, from the host's first minute.</summary>
    public TimeRange Played { get; set; }

    /// <summary>Asked before an approval is given.</summary>
    public Func<string, bool> Approves { get; set; } = _ => true;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="cluster">An empty one.</param>
    /// <param name="options">What the host holds; null: everything that a host usually has wrong.</param>
    /// <param name="settings">What its runs are told; null: <see cref="Brief"/>.</param>
    public static async Task<MigratingHost> OpenAsync(SiloCluster cluster, LegacyOptions? options = null, RunSettings? settings = null)
    {
        options ??= LegacyOptions.Dirty with { Minutes = 900 };
        var host = cluster.HostDatabase;
        await host.RunAsync(LegacyTables.Sql(options));
        await host.RunAsync(
            """
            CREATE SCHEMA before;
            CREATE TABLE before.data_bars AS SELECT * FROM public.data_bars;
            CREATE TABLE before.derived_data_bars AS SELECT * FROM public.derived_data_bars;
            CREATE TABLE before.core_asset_registry_all AS SELECT * FROM public.core_asset_registry_all
            """
        );
        await new SchemaInstaller(cluster.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        await host.RunAsync(
            $"INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), "
                + $"'{LegacyTables.Open + TimeSpan.FromMinutes(options.Minutes)}', {Rate})"
        );
        return new MigratingHost(NpgsqlDataSource.Create(cluster.ConnectionString), host, options.Minutes, settings ?? Brief);
    }

    /// <summary>How the market's minutes come by the host's clock.</summary>
    public async Task<MarketPace> PaceAsync() => MarketPace.OfClock(Played.To, await NowAsync(), Rate);

    public async Task<UtcTime> NowAsync() => UtcTime.From(await HostDatabase.ValueAsync<DateTime>("SELECT dxy.now()"));

    /// <param name="name">Its name; null leaves the one it has.</param>
    public async Task StartRunAsync(string? name = null)
    {
        Name = name ?? Name;
        await using var command = _data.CreateCommand("SELECT dxy.migrate_start($1, 'DXY', $2::jsonb, $3::jsonb)");
        command.Parameters.Add(new NpgsqlParameter { Value = Name });
        command.Parameters.Add(new NpgsqlParameter { Value = Settings.ToJson() });
        command.Parameters.Add(new NpgsqlParameter { Value = await RunTarget.ReadAsync(_data, Token) });
        await command.ExecuteNonQueryAsync(Token);
    }

    public async Task<Run> RunAsync() =>
        await new RunLedger(_data).FindAsync(Name, Token) ?? throw new InvalidOperationException("The run isn't started.");

    /// <summary>The bars of the minutes that are over come.</summary>
    public async Task PlayAsync()
    {
        var (played, over) = ((int)(Played.To - LegacyTables.Open).TotalMinutes, (int)(await NowAsync() - LegacyTables.Open).TotalMinutes);
        if (over > played)
        {
            await HostDatabase.RunAsync(LegacyTables.Fx(played, over - played));
            Played = new TimeRange(LegacyTables.Open, LegacyTables.Open + TimeSpan.FromMinutes(over));
        }
    }

    /// <summary>Accepts and approves what a run that waits, waits for, and has it look at once.</summary>
    /// <returns>Whether anything was ordered.</returns>
    public async Task<bool> OrderAsync(Run run)
    {
        if (run.RetryAt is null || run.Direction == RunDirection.Back)
        {
            return false;
        }

        var ordered =
            await HostDatabase.CountAsync(
                $"""
                (SELECT dxy.migrate_ack(g.run, g.gate) FROM dxy.run_gate AS g
                 WHERE g.run = '{Name}' AND g.verdict = 'WARN' AND NOT EXISTS (SELECT FROM dxy.run_ack AS a WHERE a.run = g.run
                   AND a.gate = g.gate)) AS accepted
                """
            ) > 0;
        var kind = run.Step switch
        {
            "deploy/approval" => "deploy",
            "observe/approval" => "cleanup",
            _ => null,
        };
        if (
            kind is not null
            && Approves(kind)
            && await HostDatabase.CountAsync($"dxy.run_approval WHERE run = '{Name}' AND kind = '{kind}'") == 0
        )
        {
            await HostDatabase.RunAsync($"SELECT dxy.migrate_approve('{Name}', '{kind}')");
            ordered = true;
        }

        return ordered;
    }

    /// <summary>Gates that don't let the run go on.</summary>
    public async Task<string> HeldAsync() =>
        string.Join(
            "; ",
            await HostDatabase.ListAsync(
                $"SELECT g.gate || ': ' || g.observed FROM dxy.run_gate AS g WHERE g.run = '{Name}' AND g.verdict <> 'PASS'"
            )
        );

    /// <summary>Closes idle connections, which a killed server left dead.</summary>
    public void ForgetConnections()
    {
        _data.Clear();
        HostDatabase.ForgetConnections();
    }

    public ValueTask DisposeAsync() => _data.DisposeAsync();
}
