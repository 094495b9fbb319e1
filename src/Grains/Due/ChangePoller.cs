using System.Collections.Concurrent;
using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Grains.Background;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Schema;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Grains.Due;

/// <summary>
/// Looks into the tables each quarter second, on every silo: turns what any program changed into due work, wakes the grains that have some,
/// and those that hold a forming minute which ended. Several looking at once do no harm: changes are taken by one of them, and a grain
/// woken twice finds nothing the second time.
/// </summary>
public sealed partial class ChangePoller(
    NpgsqlDataSource database,
    DueStore due,
    FormingBarStore forming,
    RegistryCache registry,
    IGrainFactory grains,
    IOptions<PollerOptions> options,
    TimeProvider realTime,
    ILogger<ChangePoller> logger
) : PollingService(options.Value.Poll, realTime)
{
    const int ExpandLimit = 5000;

    /// <summary>Targets worked off at once by this silo's pump: the rest of its connections belong to live bars.</summary>
    const int WorkingLimit = 4;

    readonly ConcurrentDictionary<Series, Task> _awake = new();
    readonly SemaphoreSlim _working = new(WorkingLimit);
    Dictionary<Series, string> _connected = [];
    IReadOnlyList<TableFault> _unfit = [];
    long _registryRead;

    /// <summary>What in the host's tables keeps something from being derived here, a line each: the silo is ready when there is
    /// none.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    protected override bool IsEnabled => options.Value.Enabled;

    /// <summary>One poll: registry when its time has come, changes, due targets, overdue minutes.</summary>
    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation)
    {
        if (_registryRead == 0 || Stopwatch.GetElapsedTime(_registryRead) >= options.Value.RegistryEvery)
        {
            await JudgeTablesAsync(cancellation);
            await ConnectAsync(cancellation);
            _registryRead = Stopwatch.GetTimestamp();
        }

        // Work that waits is worked off before more is taken: what is recorded keeps in the table.
        while (await due.ExpandAsync(cancellation) == ExpandLimit) { }

        foreach (var target in await due.TargetsAsync(cancellation))
        {
            Wake(target, () => ProcessAsync(target));
        }

        foreach (var series in await forming.OverdueAsync(cancellation))
        {
            Wake(series, () => grains.GetGrain<IBarGrain>(series.ToString()).SettleAsync(CancellationToken.None));
        }

        return PollOutcome.Idle;
    }

    protected override void OnPolling() => LogPolling();

    async Task JudgeTablesAsync(CancellationToken cancellation)
    {
        var (before, now) = (_unfit, await TableFitness.FaultsAsync(database, cancellation));
        (_unfit, Faults) = (now, [.. now.Where(fault => fault.Stops).Select(fault => fault.Line)]);
        foreach (var fault in now.Except(before).Where(fault => fault.Stops || fault.StopsReading))
        {
            LogUnfit(fault.Line);
        }

        if (before.Any(fault => fault.Stops) && Faults.Count == 0)
        {
            // What failed because of them need not wait for its next try.
            LogFit(await due.RetryAsync(cancellation));
        }
    }

    // New and changed definitions make history due; grains of new targets subscribe and set their reminders.
    async Task ConnectAsync(CancellationToken cancellation)
    {
        var current = await registry.RefreshAsync(cancellation);
        foreach (var problem in current.Problems)
        {
            LogProblem(problem);
        }

        await using (var adopt = database.CreateCommand("SELECT dxy.adopt_targets()"))
        {
            await adopt.ExecuteNonQueryAsync(cancellation);
        }

        if (_unfit.Any(fault => fault.StopsReading))
        {
            // The bars' grains would fail to come up; they are connected once the table is mended. What is due is worked off all the same.
            return;
        }

        var targets = current.Targets.ToDictionary(target => target, target => current.Find(target.Symbol)!.Metadata);
        var changed = targets
            .Where(target => _connected.GetValueOrDefault(target.Key) != target.Value)
            .Select(target => target.Key)
            .ToList();
        if (changed.Count == 0)
        {
            return;
        }

        await Task.WhenAll(
            changed.Select(target =>
                target.Timeframe == Timeframe.OneMinute
                    ? grains.GetGrain<IIndexGrain>(target.Symbol.Name).ConnectAsync(cancellation)
                    : grains.GetGrain<IRollupGrain>(target.ToString()).ConnectAsync(cancellation)
            )
        );
        await grains.GetGrain<ISweepGrain>(ISweepGrain.Key).ConnectAsync(cancellation);
        _connected = targets;
    }

    async Task ProcessAsync(Series target)
    {
        var more = true;
        while (more)
        {
            more = (
                target.Timeframe == Timeframe.OneMinute
                    ? await grains.GetGrain<IIndexGrain>(target.Symbol.Name).ProcessAsync(CancellationToken.None)
                    : await grains.GetGrain<IRollupGrain>(target.ToString()).ProcessAsync(CancellationToken.None)
            ).More;
        }
    }

    // A grain that is still at work is not called again; its work is in the table, and the next look finds it.
    void Wake(Series series, Func<Task> call)
    {
        if (_awake.TryGetValue(series, out var running) && !running.IsCompleted)
        {
            return;
        }

        _awake[series] = CallAsync();

        async Task CallAsync()
        {
            await _working.WaitAsync();
            try
            {
                await call();
            }
            catch (Exception fault)
            {
                LogFailed(series, fault.Message);
            }
            finally
            {
                _working.Release();
            }
        }
    }

    [LoggerMessage(1501, LogLevel.Information, "Looking for changes and due work")]
    partial void LogPolling();

    [LoggerMessage(1502, LogLevel.Warning, "Can't look for changes, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);

    [LoggerMessage(1503, LogLevel.Warning, "{Series}: working off what is due failed and will be tried again: {Reason}")]
    partial void LogFailed(Series series, string reason);

    [LoggerMessage(1505, LogLevel.Error, "{Fault}")]
    partial void LogUnfit(string fault);

    [LoggerMessage(1506, LogLevel.Information, "Bars can be stored again; {Pieces} pieces of work that had failed are tried at once")]
    partial void LogFit(int pieces);

    [LoggerMessage(1504, LogLevel.Warning, "The registry row {Problem}")]
    partial void LogProblem(string problem);
}
