using System.Diagnostics.Metrics;
using DxyOrleans.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Web.Telemetry;

/// <summary>
/// Gauges of what stands in the tables. They are read each quarter minute while somebody collects them, and not at all while nobody
/// does; what couldn't be read is told by nobody, rather than told as it was.
/// </summary>
sealed partial class StateGauges : BackgroundService
{
    /// <summary>How long after the last collection the tables are still read.</summary>
    static readonly TimeSpan Wanted = TimeSpan.FromMinutes(2);

    static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    readonly IReadOnlyList<IStateSource> _sources;
    readonly TimeProvider _time;
    readonly ILogger<StateGauges> _logger;
    volatile IReadOnlyList<StateValue> _values = [];
    long _asked;

    public StateGauges(IEnumerable<IStateSource> sources, IMeterFactory meters, TimeProvider time, ILogger<StateGauges> logger)
    {
        (_sources, _time, _logger) = ([.. sources], time, logger);
        var meter = meters.Create(TelemetryNames.Source);
        foreach (var gauge in _sources.SelectMany(source => source.Gauges))
        {
            meter.CreateObservableGauge(gauge.Name, () => Observe(gauge.Name), gauge.Unit, gauge.Description);
        }
    }

    /// <summary>Reads all of it once.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        var values = new List<StateValue>();
        try
        {
            foreach (var source in _sources)
            {
                values.AddRange(await source.ReadAsync(cancellation));
            }
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // The database is away; what was read of it is told, and the next look tries again. The log limits what repeats.
            LogReadFailed(fault.Message);
        }

        _values = values;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, _time);
        long? last = null;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (Volatile.Read(ref _asked) is not 0 and var asked && _time.GetElapsedTime(asked) < Wanted)
                {
                    if (last is null || _time.GetElapsedTime(last.Value) >= Every)
                    {
                        await ReadAsync(stoppingToken);
                        last = _time.GetTimestamp();
                    }
                }
                else
                {
                    _values = [];
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    List<Measurement<double>> Observe(string name)
    {
        Volatile.Write(ref _asked, _time.GetTimestamp());
        return
        [
            .. _values
                .Where(value => value.Gauge == name)
                .Select(value =>
                    value.Label is { } label
                        ? new Measurement<double>(value.Value, new KeyValuePair<string, object?>(label, value.Of))
                        : new Measurement<double>(value.Value)
                ),
        ];
    }

    [LoggerMessage(2211, LogLevel.Warning, "What stands in the tables can't be measured, goes on trying: {Reason}")]
    partial void LogReadFailed(string reason);
}
