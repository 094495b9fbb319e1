using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Telemetry;
using DxyOrleans.Schema;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Grains.Sweep;

/// <summary>The sweep; see <see cref="ISweepGrain"/>. What it makes due is worked off like everything else.</summary>
[GrainType("sweep")]
public sealed partial class SweepGrain(
    NpgsqlDataSource database,
    RegistryCache registry,
    BackgroundThrottle pace,
    IOptions<DerivingOptions> options,
    IOptions<SweepOptions> sweep,
    Instruments instruments,
    ILogger<SweepGrain> logger
) : Grain, ISweepGrain, IRemindable
{
    const string ReminderName = "hourly";
    static readonly TimeSpan Hourly = TimeSpan.FromHours(1);
    static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);

    /// <summary>Real time that one sweep spends on what is too old.</summary>
    static readonly TimeSpan Forgetting = TimeSpan.FromSeconds(20);

    public async Task ConnectAsync(CancellationToken cancellation)
    {
        if (await this.GetReminder(ReminderName, cancellation) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, FirstAfter, Hourly, cancellation);
        }
    }

    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        await KeepMonthsAsync(cancellation);
        await ForgetAsync(cancellation);
        var current = await registry.GetAsync(cancellation);
        var missed = 0;
        foreach (var target in current.Targets)
        {
            try
            {
                var found = await new Sweeper(database, TargetRules.For(current, target, options.Value)!).SweepAsync(cancellation);
                missed += found;
                if (found > 0)
                {
                    instruments.SweepFound(found);
                    LogMissed(target, found);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // One target that can't be swept must not hide what others missed.
                LogFailed(target, fault.Message);
            }
        }

        return missed;
    }

    // Three months ahead: a failure has until then to be mended, and a row without its month has a place too.
    async Task KeepMonthsAsync(CancellationToken cancellation)
    {
        try
        {
            if (await Partitions.KeepAheadAsync(database, cancellation) is var made and > 0)
            {
                LogMonths(made);
            }
        }
        catch (NpgsqlException fault)
        {
            LogNoMonths(fault.Message);
        }
    }

    // A host that has run for years without it, or shortens it, has millions of rows to let go of: a part each hour, and live bars first.
    async Task ForgetAsync(CancellationToken cancellation)
    {
        try
        {
            var retention = new Retention(database, sweep.Value.KeepDays);
            bool more;
            var start = Stopwatch.GetTimestamp();
            do
            {
                var began = Stopwatch.GetTimestamp();
                more = await retention.ForgetAsync(cancellation);
                await pace.WaitTurnAsync(Stopwatch.GetElapsedTime(began), cancellation);
            } while (more && Stopwatch.GetElapsedTime(start) < Forgetting);
        }
        catch (NpgsqlException fault)
        {
            LogNotForgotten(fault.Message);
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => SweepAsync(CancellationToken.None);

    [LoggerMessage(1301, LogLevel.Warning, "{Target}: the sweep found {Bars} bars that no trigger had told of; they are due now")]
    partial void LogMissed(Series target, int bars);

    [LoggerMessage(1302, LogLevel.Error, "{Target}: could not be swept: {Reason}")]
    partial void LogFailed(Series target, string reason);

    [LoggerMessage(1303, LogLevel.Information, "data_bars got {Months} monthly partitions")]
    partial void LogMonths(int months);

    [LoggerMessage(1304, LogLevel.Warning, "No monthly partition could be made ahead, the next sweep tries again: {Reason}")]
    partial void LogNoMonths(string reason);

    [LoggerMessage(1305, LogLevel.Warning, "What is too old to be kept could not be let go of, the next sweep tries again: {Reason}")]
    partial void LogNotForgotten(string reason);
}
