using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Running;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Grains.Feeds;

/// <summary>
/// The one in the cluster that holds the feed's connection; see <see cref="IFeedGrain"/>. Every silo's <see cref="FeedKeeper"/> asks it
/// each few seconds whether it runs, which brings it back on another silo when its own dies; a minutely reminder does where all of them
/// died.
/// </summary>
[GrainType("feed")]
public sealed partial class FeedGrain(
    IOptions<FeedOptions> options,
    RegistryCache registry,
    IGrainFactory grains,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    TimeProvider realTime,
    FeedInstruments instruments,
    ILogger<FeedGrain> logger,
    ILoggerFactory loggers
) : Grain, IFeedGrain, IRemindable, IDisposable
{
    const string ReminderName = "alive";

    // After a failure that no vendor is to blame for. Real time.
    static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource _stopping = new();
    ImmutableArray<Symbol> _symbols = [];
    CancellationTokenSource? _run;
    Task? _running;
    long _failed;
    bool _reminded;

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (
            !IsOurs
            || _stopping.IsCancellationRequested
            || (Volatile.Read(ref _failed) is var at and not 0 && realTime.GetElapsedTime(at) < AfterFault)
        )
        {
            return;
        }

        if (!_reminded)
        {
            if (await this.GetReminder(ReminderName, cancellation) is null)
            {
                await this.RegisterOrUpdateReminder(ReminderName, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), cancellation);
            }

            _reminded = true;
        }

        var symbols = (await registry.GetAsync(cancellation))
            .Entries.Where(entry => entry is { Active: true, Index: null })
            .Select(entry => entry.Symbol)
            .Order()
            .ToImmutableArray();
        if (_running is null or { IsCompleted: true } || !symbols.SequenceEqual(_symbols))
        {
            await EndRunAsync();
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            (_symbols, _failed, _run) = (symbols, 0, CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
            var stopping = _run.Token;
            // Apart from this grain's turns, in which it answers that it runs.
            _running = Task.Run(() => RunAsync(symbols, stopping), CancellationToken.None);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (IsOurs)
        {
            await StartAsync(CancellationToken.None);
        }
        else if (await this.GetReminder(ReminderName) is { } reminder)
        {
            // The cluster was started again with another feed.
            await this.UnregisterReminder(reminder);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await EndRunAsync();
    }

    public void Dispose()
    {
        _run?.Dispose();
        _stopping.Dispose();
    }

    bool IsOurs => this.GetPrimaryKeyString() == options.Value.Name;

    async Task EndRunAsync()
    {
        if (_run is { } run)
        {
            await run.CancelAsync();
            await (_running ?? Task.CompletedTask);
            run.Dispose();
            _run = null;
        }
    }

    async Task RunAsync(ImmutableArray<Symbol> symbols, CancellationToken stopping)
    {
        try
        {
            instruments.Began();
            await using var feed = options.Value.Create(clock);
            LogRuns(options.Value.Name, string.Join(", ", symbols.Where(symbol => feed.SpellingOf(symbol) is not null)));
            if (symbols.Where(symbol => feed.SpellingOf(symbol) is null).ToList() is { Count: > 0 } missing)
            {
                LogLacks(options.Value.Name, string.Join(", ", missing));
            }

            var runner = new FeedRunner(
                feed,
                new FeedDestination(grains, feed.Source, instruments),
                new FeedLog(loggers.CreateLogger<FeedLog>(), instruments),
                options.Value.Backfill,
                clock,
                realTime,
                options.Value.Rules
            );
            await runner.RunAsync(symbols, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
        catch (Exception fault)
        {
            Volatile.Write(ref _failed, realTime.GetTimestamp());
            LogEnded(fault);
        }
        finally
        {
            instruments.Ended();
        }
    }

    [LoggerMessage(1402, LogLevel.Error, "The feed ended; it is started again soon")]
    partial void LogEnded(Exception fault);

    [LoggerMessage(1403, LogLevel.Information, "The feed {Feed} runs here, for {Symbols}")]
    partial void LogRuns(string feed, string symbols);

    [LoggerMessage(
        1404,
        LogLevel.Warning,
        "The feed {Feed} doesn't have {Symbols}; bring them by other ways, or what needs them isn't derived"
    )]
    partial void LogLacks(string feed, string symbols);
}
