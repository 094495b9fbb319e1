using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds;
using DxyOrleans.Feeds.Running;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Grains.Feeds;

/// <summary>What happens to the feed, in the silo's log and in its measures.</summary>
public sealed partial class FeedLog(ILogger<FeedLog> logger, FeedInstruments instruments) : IFeedJournal
{
    public void Connected(TimeSpan after)
    {
        instruments.Connected();
        LogConnected(after.TotalSeconds);
    }

    public void Lost(FeedLoss loss, TimeSpan wait)
    {
        instruments.Lost(loss.Reason);
        if (loss.Reason == FeedLossReason.Refused)
        {
            LogRefused(loss.What, wait.TotalSeconds);
        }
        else
        {
            LogLost(loss.Reason, loss.What, wait.TotalSeconds);
        }
    }

    public void PassedOver(string what)
    {
        instruments.Dropped("unreadable", 1);
        LogPassedOver(what);
    }

    public void Dropped(long quotes)
    {
        instruments.Dropped("no_room", quotes);
        LogDropped(quotes);
    }

    public void HeldBack(Symbol symbol, UtcTime time, decimal low, decimal high, decimal close)
    {
        instruments.Dropped("spike", 1);
        LogHeldBack(symbol, time, low, high, close);
    }

    public void HistoryFailed(FeedLoss loss, TimeSpan wait) => LogHistoryFailed(loss.Reason, loss.What, wait.TotalSeconds);

    public void Waits(string reason) => LogWaits(reason);

    [LoggerMessage(1401, LogLevel.Warning, "The feed could not deliver and waits: {Reason}")]
    partial void LogWaits(string reason);

    [LoggerMessage(1405, LogLevel.Information, "The feed is connected, after {Seconds:0.0} s")]
    partial void LogConnected(double seconds);

    [LoggerMessage(1406, LogLevel.Warning, "The feed was lost ({Reason}): {What}; it is tried again in {Seconds:0.0} s")]
    partial void LogLost(FeedLossReason reason, string what, double seconds);

    [LoggerMessage(
        1407,
        LogLevel.Error,
        "The feed's vendor refuses us: {What}; mend the key, account or plan and restart, or wait {Seconds:0} s for the next try"
    )]
    partial void LogRefused(string what, double seconds);

    [LoggerMessage(1408, LogLevel.Warning, "The feed told something that can't be read, and it was passed over: {What}")]
    partial void LogPassedOver(string what);

    [LoggerMessage(1409, LogLevel.Warning, "{Quotes} quotes of the feed, the oldest that waited, were dropped to make room for newer ones")]
    partial void LogDropped(long quotes);

    [LoggerMessage(
        1410,
        LogLevel.Warning,
        "{Symbol} {Time}: held back as a spike, low {Low}, high {High}, close {Close}; Feeds:SpikeLimit says what is one, './dxy "
            + "import' brings it all the same"
    )]
    partial void LogHeldBack(Symbol symbol, UtcTime time, decimal low, decimal high, decimal close);

    [LoggerMessage(1411, LogLevel.Warning, "The feed's history can't be had ({Reason}): {What}; it is tried again in {Seconds:0.0} s")]
    partial void LogHistoryFailed(FeedLossReason reason, string what, double seconds);
}
