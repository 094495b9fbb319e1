using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Grains.Due;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Grains.Migrations;

/// <summary>
/// One run; see <see cref="IMigrationGrain"/>. Phases, their order and their progress are the engine's and the tables'. Between its
/// transactions it rests as all long work does, see <see cref="BackgroundThrottle"/>.
/// </summary>
[GrainType("migration")]
[KeepAlive]
public sealed partial class MigrationGrain(
    MigrationEngine engine,
    BackgroundThrottle pace,
    MigrationInstruments instruments,
    ILogger<MigrationGrain> logger
) : Grain, IMigrationGrain, IRemindable
{
    const string ReminderName = "resume";
    static readonly TimeSpan Resume = TimeSpan.FromMinutes(1);

    /// <summary>Real time a call may spend before it gives way.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>Real time to leave to whoever was faster.</summary>
    static readonly TimeSpan AfterOther = TimeSpan.FromMilliseconds(50);

    bool _reminded;

    public async Task<bool> WorkAsync(CancellationToken cancellation)
    {
        if (!_reminded)
        {
            await this.RegisterOrUpdateReminder(ReminderName, Resume, Resume, cancellation);
            _reminded = true;
        }

        var start = Stopwatch.GetTimestamp();
        Advance advance;
        do
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                advance = await engine.AdvanceAsync(this.GetPrimaryKeyString(), cancellation);
            }
            catch (StaleRunException)
            {
                // An order came in between, or another activation of this grain; what stands in the table counts.
                advance = new Advance(true, TimeSpan.Zero);
                await Task.Delay(AfterOther, TimeProvider.System, cancellation);
            }

            if (advance.Progressed)
            {
                var took = Stopwatch.GetElapsedTime(began);
                await pace.WaitTurnAsync(took, cancellation);
                instruments.Advanced(took, Stopwatch.GetElapsedTime(began) - took);
            }
        } while (advance.Progressed && advance.Again is not null && Stopwatch.GetElapsedTime(start) < Turn);

        if (advance.Again is null)
        {
            await ForgetAsync(cancellation);
        }

        return advance is { Progressed: true, Again: not null };
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await WorkAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The next tick tries again.
            LogFailed(this.GetPrimaryKeyString(), fault.Message);
        }
    }

    // A run that is over, paused or failed waits for an order, which the pump sees.
    async Task ForgetAsync(CancellationToken cancellation)
    {
        if (await this.GetReminder(ReminderName, cancellation) is { } reminder)
        {
            await this.UnregisterReminder(reminder, cancellation);
        }

        _reminded = false;
    }

    [LoggerMessage(1601, LogLevel.Warning, "The migration {Run} could not be taken further and will be tried again: {Reason}")]
    partial void LogFailed(string run, string reason);
}
