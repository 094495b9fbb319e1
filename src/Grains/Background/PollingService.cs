using Microsoft.Extensions.Hosting;

namespace DxyOrleans.Grains.Background;

/// <summary>
/// A loop that polls for as long as the silo runs. A poll that fails is logged and tried again, later and later up to
/// <see cref="MaxBackOff"/>; it may say each failure, for <see cref="Hosting.RepeatLimit"/> writes what repeats once a minute with its
/// count. All times are real.
/// </summary>
/// <param name="interval">From the end of a poll to the next.</param>
/// <param name="realTime">The real clock.</param>
public abstract class PollingService(TimeSpan interval, TimeProvider realTime) : BackgroundService
{
    /// <summary>The longest wait after a failure, where the interval isn't longer: a database that is back is found within it.</summary>
    public static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(1);

    /// <summary>How long a poll under way may take to end once the silo stops; then it is left to end with the process.</summary>
    public static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    /// <summary>Whether the last poll succeeded.</summary>
    public bool IsPolling { get; private set; }

    /// <summary>Why the last poll failed; null where it didn't, or there was none yet.</summary>
    public string? PollFailure { get; private set; }

    /// <summary>The real clock.</summary>
    protected TimeProvider RealTime => realTime;

    /// <summary>Whether it polls at all.</summary>
    protected virtual bool IsEnabled => true;

    /// <summary>The wait before the first poll.</summary>
    protected virtual TimeSpan FirstAfter => TimeSpan.Zero;

    /// <summary>One poll.</summary>
    /// <param name="cancellation">Cancelled when the silo stops.</param>
    public abstract Task<PollOutcome> PollAsync(CancellationToken cancellation);

    /// <summary>Writes that a poll failed and is tried again.</summary>
    /// <param name="reason">The fault's message.</param>
    protected abstract void LogPollFailed(string reason);

    /// <summary>Called when a poll succeeds that is the first one or comes after a failure.</summary>
    protected virtual void OnPolling() { }

    /// <summary>Whether the fault passes by itself; any other ends the loop, and with it the silo.</summary>
    protected virtual bool IsPassing(Exception fault) => true;

    /// <summary>The wait after so many failures in a row: the interval, twice as long each time, up to <see cref="MaxBackOff"/>.</summary>
    /// <param name="interval">Longer than zero.</param>
    /// <param name="failures">In a row, from 1.</param>
    public static TimeSpan BackOff(TimeSpan interval, int failures)
    {
        var longest = interval > MaxBackOff ? interval : MaxBackOff;
        var doubled = interval * Math.Pow(2, Math.Min(failures, 16) - 1);
        return doubled < longest ? doubled : longest;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(StopWithin, realTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        await base.StopAsync(either.Token);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsEnabled)
        {
            return;
        }

        var (wait, failures) = (FirstAfter, 0);
        while (true)
        {
            try
            {
                await Task.Delay(wait, realTime, stoppingToken);
                var outcome = await PollAsync(stoppingToken);
                if (!IsPolling)
                {
                    OnPolling();
                }

                (IsPolling, PollFailure, failures) = (true, null, 0);
                if (outcome == PollOutcome.Finished)
                {
                    return;
                }

                wait = outcome == PollOutcome.More ? TimeSpan.Zero : interval;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (IsPassing(fault))
            {
                LogPollFailed(fault.Message);
                (IsPolling, PollFailure) = (false, fault.Message);
                wait = BackOff(interval, ++failures);
            }
        }
    }
}
