using System.Collections.Concurrent;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Running;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>Keeps what happened to a feed.</summary>
sealed class Journal : IFeedJournal
{
    public ConcurrentQueue<FeedLoss> Losses { get; } = new();

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public ConcurrentQueue<string> PassedOver { get; } = new();

    public ConcurrentQueue<(Symbol Symbol, UtcTime Time)> HeldBack { get; } = new();

    public ConcurrentQueue<FeedLoss> HistoryLosses { get; } = new();

    public int Connections { get; private set; }

    public long DroppedQuotes { get; private set; }

    void IFeedJournal.Connected(TimeSpan after) => Connections++;

    void IFeedJournal.Lost(FeedLoss loss, TimeSpan wait)
    {
        Losses.Enqueue(loss);
        Waits.Enqueue(wait);
    }

    void IFeedJournal.PassedOver(string what) => PassedOver.Enqueue(what);

    void IFeedJournal.Dropped(long quotes) => DroppedQuotes += quotes;

    void IFeedJournal.HeldBack(Symbol symbol, UtcTime time, decimal low, decimal high, decimal close) => HeldBack.Enqueue((symbol, time));

    void IFeedJournal.HistoryFailed(FeedLoss loss, TimeSpan wait) => HistoryLosses.Enqueue(loss);

    void IFeedJournal.Waits(string reason) { }

    /// <summary>Every text that a log would have.</summary>
    public IEnumerable<string> Texts => [.. Losses.Select(loss => loss.What), .. HistoryLosses.Select(loss => loss.What), .. PassedOver];
}
