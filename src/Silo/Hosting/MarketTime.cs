using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using Orleans.Reminders;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// The cluster's market time. An embedded server may hold a clock of its own (<c>dxy.clock</c>), which then drives grain timers and
/// reminders as it drives <c>dxy.now()</c>; so does the server's own clock where this machine's is wrong. Everything else, Orleans' own
/// probes and timeouts included, stays on the real clock.
/// </summary>
static partial class MarketTime
{
    // Of real time: each silo reads its reminders this often, and knows those of the next three times this.
    static readonly TimeSpan ReminderRefresh = TimeSpan.FromSeconds(5);

    /// <summary>The clock that the database sets, or the server's where this machine's is wrong; null where the real clock will
    /// do.</summary>
    public static async Task<MarketClock?> ReadAsync(string connectionString, TimeProvider real, CancellationToken cancellation)
    {
        await using var database = Database.OpenAs(connectionString);
        await using (var exists = database.CreateCommand("SELECT to_regclass('dxy.clock') IS NOT NULL"))
        {
            if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                return null;
            }
        }

        await using var command = database.CreateCommand(
            "SELECT clock_timestamp(), c.anchor_real, c.anchor_market, c.rate FROM (SELECT) AS one LEFT JOIN dxy.clock AS c ON true"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.IsDBNull(1)
            ? MarketClock.OfServer(real, reader.GetUtc(0))
            : new MarketClock(real, reader.GetUtc(1), reader.GetUtc(2), reader.GetDouble(3));
    }

    /// <summary>Has grain timers and reminders follow the clock; null leaves them on the real one.</summary>
    public static ISiloBuilder UseMarketTime(this ISiloBuilder silo, MarketClock? clock)
    {
        if (clock is null)
        {
            return silo;
        }

        // An exact key wins over the provider that Orleans registers for any: the unkeyed one and Orleans' other clocks stay real.
        silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, clock);
        silo.Services.AddKeyedSingleton<TimeProvider>(ReminderTimeProviderNames.Reminders, clock);
        silo.Configure<ReminderOptions>(reminders =>
        {
            // Their spans are of market time too: at 1440 times the usual five minutes would be a read each 0.2 s, and a late one would
            // lose ticks.
            var refresh = ReminderRefresh * Math.Max(1, clock.Rate);
            reminders.RefreshReminderListPeriod =
                refresh > reminders.RefreshReminderListPeriod ? refresh : reminders.RefreshReminderListPeriod;
            reminders.ReminderLoadingWindow = reminders.RefreshReminderListPeriod * 3;
            reminders.InitializationTimeout *= Math.Max(1, clock.Rate);
        });
        return silo;
    }

    /// <summary>Says which clock drives what, and proves it.</summary>
    /// <exception cref="InvalidOperationException">A clock is not the one it has to be.</exception>
    public static void Require(IServiceProvider services, MarketClock? clock, ILogger logger)
    {
        var market = clock ?? TimeProvider.System;
        foreach (var key in new[] { TimeProviderNames.Grains, ReminderTimeProviderNames.Reminders })
        {
            if (services.GetRequiredKeyedService<TimeProvider>(key) != market)
            {
                throw new InvalidOperationException($"{key} is not on market time.");
            }
        }

        foreach (
            var real in new[]
            {
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Membership),
                services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Messaging),
            }
        )
        {
            if (real != TimeProvider.System)
            {
                throw new InvalidOperationException("Membership, messaging and our own retries have to stay on the real clock.");
            }
        }

        if (clock is null)
        {
            LogReal(logger);
        }
        else if (clock.IsServers)
        {
            LogWrong(logger, clock.AnchorReal - clock.AnchorMarket);
        }
        else
        {
            LogFast(logger, clock.Rate, clock.AnchorMarket, clock.AnchorReal, UtcTime.From(clock.GetUtcNow()));
        }
    }

    [LoggerMessage(2011, LogLevel.Information, "Market time is the real clock")]
    static partial void LogReal(ILogger logger);

    [LoggerMessage(
        2013,
        LogLevel.Error,
        "This machine's clock is {Skew} ahead of the server's: market time follows the server's; synchronise the clocks (NTP)"
    )]
    static partial void LogWrong(ILogger logger, TimeSpan skew);

    [LoggerMessage(
        2012,
        LogLevel.Warning,
        "A rehearsal: market time runs {Rate} times as fast as the real clock, from {Anchor} at {Real} real time; now it is {Now}"
    )]
    static partial void LogFast(ILogger logger, double rate, UtcTime anchor, UtcTime real, UtcTime now);
}
