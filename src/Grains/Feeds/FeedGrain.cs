using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Live;
using DxyOrleans.Feeds.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Grains.Feeds;

/// <summary>The simulated market as the cluster's feed; see <see cref="IFeedGrain"/>. A minutely reminder brings it back on another silo when its own dies.</summary>
[GrainType("feed")]
public sealed partial class FeedGrain(
    IOptions<FeedOptions> options,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    TimeProvider realTime,
    ILogger<FeedGrain> logger
) : Grain, IFeedGrain, IRemindable, IDisposable
{
    const string ReminderName = "alive";
    static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    // Whole bars go on from the newest that is stored, but from no longer ago than this.
    static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    readonly CancellationTokenSource _stopping = new();
    Task? _running;

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (this.GetPrimaryKeyString() != options.Value.Name)
        {
            return;
        }

        if (await this.GetReminder(ReminderName, cancellation) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), cancellation);
        }

        if (_running is null or { IsCompleted: true })
        {
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            _running = RunAsync(_stopping.Token);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (this.GetPrimaryKeyString() == options.Value.Name)
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
        if (_running is { } running)
        {
            await running;
        }
    }

    public void Dispose() => _stopping.Dispose();

    async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            var market = new SimulatedMarket(options.Value.Simulation);
            if (options.Value.Bars)
            {
                await RunBarsAsync(market, stopping);
                return;
            }

            var feed = new SimulatedFeed(market, clock, options.Value.Interval);
            var start = UtcTime.From(clock.GetUtcNow());
            var events = feed.Run(stopping);
            foreach (var symbol in market.Symbols)
            {
                await BackfillAsync(market, symbol, start, stopping);
            }

            await foreach (var happening in events)
            {
                await UntilAcceptedAsync(happening, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
        catch (Exception fault)
        {
            // The reminder starts it again within a minute.
            LogEnded(fault);
        }
    }

    // The next bars are asked for when these are stored: a feed that is slower than the market falls behind and loses nothing.
    async Task RunBarsAsync(SimulatedMarket market, CancellationToken stopping)
    {
        await foreach (var bars in new SimulatedBarFeed(market, clock).Run(await ContinueFromAsync(market, stopping), stopping))
        {
            await Task.WhenAll(
                bars.GroupBy(bar => bar.Symbol)
                    .Select(own =>
                        UntilAsync(() => Grain(own.Key).PublishAsync(new PublishBars([.. own], options.Value.Source), stopping), stopping)
                    )
            );
        }
    }

    // Where the pair that is furthest behind ends; bars that the others have already are found equal.
    async Task<UtcTime> ContinueFromAsync(SimulatedMarket market, CancellationToken stopping)
    {
        var now = UtcTime.From(clock.GetUtcNow());
        var from = now;
        foreach (var symbol in market.Symbols)
        {
            UtcTime? stored = null;
            await UntilAsync(async () => stored = (await Grain(symbol).StateAsync(stopping)).Watermark, stopping);
            from = UtcTime.Min(from, stored ?? now - TimeSpan.FromMinutes(options.Value.BackfillMinutes));
        }

        return UtcTime.Max(from, now - Memory);
    }

    // What the feed would have told while nobody listened: whole minutes as bars, the running one as ticks.
    async Task BackfillAsync(SimulatedMarket market, Symbol symbol, UtcTime start, CancellationToken cancellation)
    {
        var current = start.Floor(Timeframe.OneMinute);
        var bars = Enumerable
            .Range(1, options.Value.BackfillMinutes)
            .Select(back => market.FinalBarOf(symbol, UtcTime.FromMinute(current.Minute - back)))
            .OfType<Bar>()
            .Reverse()
            .ToImmutableArray();
        if (!bars.IsEmpty)
        {
            await UntilAsync(() => Grain(symbol).PublishAsync(new PublishBars(bars, options.Value.Source), cancellation), cancellation);
        }

        // What the grain has of the running minute already, from before this feed's silo died, is not told twice.
        var told = (await Grain(symbol).StateAsync(cancellation)).LastTick;
        var begun = market
            .QuotesOf(symbol, current)
            .Where(quote => quote.Time < start && (told is null || quote.Time > told))
            .ToImmutableArray();
        if (!begun.IsEmpty && !market.IsLate(symbol, current))
        {
            await UntilAcceptedAsync(new QuotesArrived(symbol, begun), cancellation);
        }
    }

    Task UntilAcceptedAsync(FeedEvent happening, CancellationToken cancellation) =>
        happening switch
        {
            QuotesArrived quotes => UntilAsync(
                () => Grain(quotes.Symbol).TickAsync(new PublishTicks(quotes.Quotes, options.Value.Source), cancellation),
                cancellation
            ),
            BarArrived bar => UntilAsync(
                () => Grain(bar.Symbol).PublishAsync(new PublishBars([bar.Bar], options.Value.Source), cancellation),
                cancellation
            ),
            _ => throw new InvalidOperationException($"The feed told a {happening.GetType().Name}."),
        };

    // A feed that can't deliver waits: what it has not delivered it still has.
    async Task UntilAsync(Func<Task> deliver, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await deliver();
                return;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                LogWaits(fault.Message);
                await Task.Delay(TryAgain, realTime, cancellation);
            }
        }
    }

    IBarGrain Grain(Symbol symbol) => GrainFactory.GetGrain<IBarGrain>(new Series(symbol, Timeframe.OneMinute).ToString());

    [LoggerMessage(1401, LogLevel.Warning, "The feed could not deliver and waits: {Reason}")]
    partial void LogWaits(string reason);

    [LoggerMessage(1402, LogLevel.Error, "The feed ended; its reminder starts it again")]
    partial void LogEnded(Exception fault);
}
