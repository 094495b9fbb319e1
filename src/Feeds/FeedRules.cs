using DxyOrleans.Core.Feeds;

namespace DxyOrleans.Feeds;

/// <summary>How any feed is run. Spans are of market time unless said otherwise.</summary>
public sealed class FeedRules
{
    /// <value>How long nothing may come of any pair while the market is open before the connection is taken for dead. Default 3
    /// min.</value>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(3);

    /// <value>The leap from one price to the next, as a share, from which it is held back until the next confirms it; 0: never. Default
    /// 0.01.</value>
    public decimal SpikeLimit { get; set; } = 0.01m;

    /// <value>How often what came lately is compared with the vendor's history. Default 5 min.</value>
    public TimeSpan CompareEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <value>How much is compared then. Default 20 min.</value>
    public TimeSpan CompareSpan { get; set; } = TimeSpan.FromMinutes(20);

    /// <value>How often the last day is compared. Default 1 h.</value>
    public TimeSpan CompareDayEvery { get; set; } = TimeSpan.FromHours(1);

    /// <value>How long after its end a minute is asked for in the vendor's history. Default 10 s.</value>
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How far back a feed that starts goes for what is missing since it last ran. Default 7 days.</value>
    public TimeSpan MaxGap { get; set; } = TimeSpan.FromDays(7);

    /// <value>Requests to the vendor's history in one go. Default 200.</value>
    public int HistoryRequests { get; set; } = 200;

    /// <value>The wait after a first loss, real time. Default 1 s.</value>
    public TimeSpan BackOffLeast { get; set; } = BackOffRule.Usual.Least;

    /// <value>The longest wait, real time. Default 5 min.</value>
    public TimeSpan BackOffMost { get; set; } = BackOffRule.Usual.Most;

    /// <value>Bars that may wait to be stored. Default 20,000.</value>
    public int BarLimit { get; set; } = 20_000;

    /// <value>Quotes that may wait. Default 50,000.</value>
    public int QuoteLimit { get; set; } = 50_000;

    /// <value>How long a connection has to be of use for its loss to count as a first one, real time. Default 10 s.</value>
    public TimeSpan Stable { get; set; } = BackOffRule.Usual.Stable;

    public BackOffRule BackOff => new(BackOffLeast, BackOffMost, Stable);

    /// <summary>What is wrong, a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (SpikeLimit is < 0 or > 1)
        {
            yield return $"SpikeLimit is {SpikeLimit}; 0 to 1 can be.";
        }

        foreach (
            var (name, span) in new[]
            {
                (nameof(SilentAfter), SilentAfter),
                (nameof(CompareEvery), CompareEvery),
                (nameof(CompareSpan), CompareSpan),
                (nameof(CompareDayEvery), CompareDayEvery),
                (nameof(MaxGap), MaxGap),
                (nameof(BackOffLeast), BackOffLeast),
                (nameof(BackOffMost), BackOffMost),
                (nameof(Stable), Stable),
            }
        )
        {
            if (span <= TimeSpan.Zero || span > TimeSpan.FromDays(366))
            {
                yield return $"{name} is {span}; above 0, up to 366 days can be.";
            }
        }

        if (Settle < TimeSpan.Zero || Settle > TimeSpan.FromHours(1))
        {
            yield return $"Settle is {Settle}; 0 to 1 h can be.";
        }

        if (HistoryRequests < 1 || BarLimit < 100 || QuoteLimit < 100)
        {
            yield return "HistoryRequests has to be 1 or more, BarLimit and QuoteLimit 100 or more.";
        }
    }
}
