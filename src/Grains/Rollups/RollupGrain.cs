using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Reminders;

namespace DxyOrleans.Grains.Rollups;

/// <summary>
/// One rollup; see <see cref="IRollupGrain"/>. Its reminder stands at every boundary of the timeframe plus grace; a tick is a wake-up,
/// whatever was missed since the last is due in the table.
/// </summary>
[GrainType("rollup")]
public sealed class RollupGrain(
    NpgsqlDataSource database,
    RegistryCache registry,
    BarWriter writer,
    BackgroundThrottle pace,
    IOptions<DerivingOptions> options,
    Instruments instruments,
    BarTraces traces,
    [FromKeyedServices(ReminderTimeProviderNames.Reminders)] TimeProvider clock,
    ILogger<RollupGrain> logger
) : Grain, IRollupGrain, IRemindable
{
    const string ReminderName = "boundary";

    DueWorker _worker = null!;
    Series _series;
    long _ticks;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _series = Series.Parse(this.GetPrimaryKeyString());
        _worker = new DueWorker(_series, database, registry, writer, pace, options.Value, instruments, traces, logger)
        {
            CallItself = () => this.AsReference<IRollupGrain>().ProcessAsync(),
        };
        return Task.CompletedTask;
    }

    public Task NudgeAsync()
    {
        _worker.Wake();
        return Task.CompletedTask;
    }

    public Task<ProcessResult> ProcessAsync(CancellationToken cancellation) => _worker.ProcessAsync(cancellation);

    public async Task ConnectAsync(CancellationToken cancellation)
    {
        // Registering again would move the phase: only what is not there is registered.
        if (await this.GetReminder(ReminderName, cancellation) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, UntilBoundary(), _series.Timeframe.Length, cancellation);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _ticks++;
        if ((await registry.GetAsync(CancellationToken.None)).IsTarget(_series))
        {
            await ProcessAsync(CancellationToken.None);
        }
        else if (await this.GetReminder(ReminderName) is { } reminder)
        {
            // The registry no longer asks for this rollup.
            await this.UnregisterReminder(reminder);
        }
    }

    public Task<RollupGrainState> StateAsync(CancellationToken cancellation) =>
        Task.FromResult(new RollupGrainState(_worker.Newest, _worker.Written, _ticks, _worker.LastError));

    // Boundary and grace, then spread by key over some seconds, so that a thousand rollups don't ask at once.
    TimeSpan UntilBoundary()
    {
        var now = UtcTime.From(clock.GetUtcNow());
        var spread = TimeSpan.FromMilliseconds(_series.ToString().Aggregate(17u, (hash, c) => unchecked((hash * 31) + c)) % 4000);
        var due = (now + _series.Timeframe).Floor(_series.Timeframe) - now + options.Value.Grace + spread;
        return due;
    }
}
