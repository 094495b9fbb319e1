using System.Diagnostics;
using System.Net;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Silos at work in a <see cref="LiveMarket"/>, to be disturbed: a silo whose process has ended is started again at its place, as
/// a supervisor does.</summary>
public sealed class DisturbedCluster : IAsyncDisposable
{
    /// <summary>What has to come back is given this long; how long it took is told, not judged.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(1);

    readonly Dictionary<SiloPorts, (SiloProcess Silo, SiloPlace Place, string[] Arguments)> _silos = [];
    readonly List<SiloPorts> _order = [];
    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    readonly SiloCluster _cluster;
    Task _supervising = Task.CompletedTask;

    DisturbedCluster(SiloCluster cluster) => _cluster = cluster;

    public LiveMarket Market { get; private set; } = null!;

    public SiloCluster Cluster => _cluster;

    /// <summary>The processes at their places, in the order of these, running or not.</summary>
    public IReadOnlyList<SiloProcess> Silos
    {
        get
        {
            lock (_silos)
            {
                return [.. _order.Select(ports => _silos[ports].Silo)];
            }
        }
    }

    /// <param name="cluster">An empty one.</param>
    /// <param name="ways">Other ways to the database, a silo each; the others go straight.</param>
    public static Task<DisturbedCluster> OpenAsync(SiloCluster cluster, params IReadOnlyList<DatabaseWay> ways) =>
        OpenAsync(
            cluster,
            [
                .. Enumerable
                    .Range(0, 2)
                    .Select(i => (SiloPlace.Here, i < ways.Count ? new[] { "--Database", ways[i].ConnectionString } : [])),
            ]
        );

    /// <param name="cluster">An empty one.</param>
    /// <param name="places">Where a silo is started, each with its arguments.</param>
    /// <param name="pace">The market's, asked for when the silos are ready; null: four minutes a second.</param>
    public static async Task<DisturbedCluster> OpenAsync(
        SiloCluster cluster,
        IReadOnlyList<(SiloPlace Place, string[] Arguments)> places,
        Func<Task<MarketPace>>? pace = null
    )
    {
        Seed.Tell();
        var disturbed = new DisturbedCluster(cluster);
        foreach (var (place, arguments) in places)
        {
            var silo = cluster.StartAt(SiloPorts.Free(), place, arguments);
            disturbed._silos[silo.Ports] = (silo, place, arguments);
            disturbed._order.Add(silo.Ports);
        }

        foreach (var silo in disturbed.Silos)
        {
            await silo.ReadyAsync();
        }

        disturbed.Market = await LiveMarket.OpenAsync(cluster, pace is null ? null : await pace());
        await disturbed.Market.FlowsAsync(Patience);
        disturbed._supervising = Task.Run(disturbed.SuperviseAsync);
        return disturbed;
    }

    /// <summary>The silo that has the index.</summary>
    public async Task<SiloProcess> OfIndexAsync()
    {
        int? port = null;
        await Until.TrueAsync("the index lives somewhere", async () => (port = await Market.IndexPortAsync()) is not null, Patience);
        return Assert.Single(Silos, silo => silo.Ports.Silo == port);
    }

    /// <summary>Disturbs, waits until the index goes on and nothing is left to do, has the tables judged and notes what was seen.</summary>
    /// <param name="fault">What is done, for the table.</param>
    /// <param name="recovered">How the system is expected to come back, for the table.</param>
    /// <param name="strike">Does it, and undoes it where it doesn't end by itself.</param>
    /// <param name="since">The instant of <see cref="Stopwatch"/> from which silence counts; null: now.</param>
    public async Task<FaultSeen> InjectAsync(string fault, string recovered, Func<Task> strike, long? since = null)
    {
        // At any instant of a market minute.
        await Task.Delay(
            TimeSpan.FromMilliseconds(new Random(Seed.Of(fault)).Next(500)),
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        var start = since ?? Stopwatch.GetTimestamp();
        await strike();
        await Market.FlowsAsync(Patience);
        await ReadyAsync();
        await Market.CloseAsync(Patience);
        var silence = Market.MaxSilence(start);
        var found = await JudgeAsync();
        var (doubles, doubled) = IndexActivations.AtOnce(_cluster.All);
        var seen = new FaultSeen(
            fault,
            silence.TotalSeconds,
            Market.Calls,
            Market.Failed.Count,
            Market.Failed.DefaultIfEmpty().Max().TotalSeconds,
            recovered,
            Market.Acknowledged.Count,
            found.Where(one => one.Kind == TableFault.Lost).Sum(one => one.Count),
            found.Where(one => one.Kind == TableFault.Twice).Sum(one => one.Count),
            found.Where(one => one.Kind is not (TableFault.Lost or TableFault.Twice)).Sum(one => one.Count),
            doubles,
            doubled
        );
        FaultReport.Add(seen);
        Assert.Empty(found.Select(one => one.ToString()));
        return seen;
    }

    // One that was started again while nobody could reach it is told once more that it is dead, ends, and is started again.
    async Task ReadyAsync() =>
        await Until.NothingIsMissingAsync(
            "every silo is ready",
            async () =>
            {
                foreach (var silo in Silos)
                {
                    if (!silo.IsRunning || await silo.StatusAsync("/health/ready") != HttpStatusCode.OK)
                    {
                        return $"the silo at {silo.Ports.Silo} is not; its log:\n{silo.Log}";
                    }
                }

                return null;
            },
            Patience
        );

    /// <summary>What is wrong with the tables. What is due is derived within moments; what is wrong stays wrong.</summary>
    public async Task<IReadOnlyList<TableFault>> JudgeAsync()
    {
        await using var database = NpgsqlDataSource.Create(_cluster.ConnectionString);
        var checker = new TableChecker(database);
        IReadOnlyList<TableFault> found = [];
        var start = Stopwatch.GetTimestamp();
        do
        {
            found = await checker.FaultsAsync(Market.Acknowledged, TestContext.Current.CancellationToken);
        } while (found.Count > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        return found;
    }

    async Task SuperviseAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            foreach (var ended in Silos.Where(silo => !silo.IsRunning))
            {
                await Task.Delay(RestartAfter, TimeProvider.System, _ending.Token);
                lock (_silos)
                {
                    var (_, place, arguments) = _silos[ended.Ports];
                    _silos[ended.Ports] = (_cluster.StartAt(ended.Ports, place, arguments), place, arguments);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _ending.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _supervising.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Market.DisposeAsync();
        _ending.Dispose();
    }
}
