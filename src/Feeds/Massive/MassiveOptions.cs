namespace DxyOrleans.Feeds.Massive;

/// <summary>How Massive (once Polygon) is reached. Hosts, paths and spellings have changed before, so each is a setting.</summary>
public sealed class MassiveOptions
{
    public const string Minutes = "minutes";
    public const string Seconds = "seconds";
    public const string Quotes = "quotes";

    static readonly string[] PathParts = ["{ticker}", "{from}", "{to}"];

    /// <value>The account's key; or <see cref="ApiKeyFile"/>.</value>
    public string? ApiKey { get; set; }

    /// <value>A file that holds the key.</value>
    public string? ApiKeyFile { get; set; }

    /// <value>The host of history.</value>
    public string Rest { get; set; } = "https://api.massive.com";

    /// <value>The address of live prices.</value>
    public string Socket { get; set; } = "wss://socket.massive.com/forex";

    /// <value>What comes live: <c>minutes</c> (bars as they are), or <c>seconds</c> or <c>quotes</c>, of which minutes are built
    /// here.</value>
    public string Live { get; set; } = Minutes;

    /// <value>Which side of quotes builds minutes: Bid, which the vendor's own bars follow, Ask or Mid.</value>
    public PriceSide Side { get; set; } = PriceSide.Bid;

    /// <value>The path of a range of bars.</value>
    public string HistoryPath { get; set; } = "/v2/aggs/ticker/{ticker}/range/1/minute/{from}/{to}";

    /// <value>How history spells a pair.</value>
    public string Ticker { get; set; } = "C:{base}{quote}";

    /// <value>How live prices spell a pair.</value>
    public string Pair { get; set; } = "{base}-{quote}";

    /// <value>How they spell it where nothing comes by the first spelling: what isn't known is acknowledged all the same.</value>
    public string OtherPair { get; set; } = "{base}/{quote}";

    /// <value>Requests to history in a minute; 0: no limit. Default 5, which is what a free key has.</value>
    public int RequestsPerMinute { get; set; } = 5;

    /// <value>Whether bars bear the volume-weighted price. Off: live bars have none, and each would be corrected by its history.</value>
    public bool Vwap { get; set; }

    /// <value>How long the vendor may take to greet, to accept the key and to answer, real time. Default 10 s.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How long to stay away when others are connected with the same key, real time. Default 60 s.</value>
    public TimeSpan AfterTooMany { get; set; } = TimeSpan.FromSeconds(60);

    /// <value>The value of the column <c>source</c>.</value>
    public string Source { get; set; } = "massive_api";

    /// <summary>What is wrong, a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (FeedAddress.Fault(nameof(Rest), Rest, "https") is { } rest)
        {
            yield return rest;
        }

        if (FeedAddress.Fault(nameof(Socket), Socket, "wss") is { } socket)
        {
            yield return socket;
        }

        if (ApiKey is not { Length: > 0 } && ApiKeyFile is not { Length: > 0 })
        {
            yield return "ApiKey is not set; give DXY_MASSIVE__APIKEY, or a file by ApiKeyFile.";
        }

        if (Live is not (Minutes or Seconds or Quotes))
        {
            yield return $"Live is '{Live}'; {Minutes}, {Seconds} and {Quotes} can be.";
        }

        foreach (var (name, pattern) in new[] { (nameof(Ticker), Ticker), (nameof(Pair), Pair), (nameof(OtherPair), OtherPair) })
        {
            if (!SpellingMap.IsPattern(pattern))
            {
                yield return $"{name} is '{pattern}'; it needs {{base}} and {{quote}}.";
            }
        }

        if (PathParts.Any(part => !HistoryPath.Contains(part, StringComparison.Ordinal)))
        {
            yield return $"HistoryPath is '{HistoryPath}'; it needs {{ticker}}, {{from}} and {{to}}.";
        }

        if (RequestsPerMinute is < 0 or > 10_000)
        {
            yield return $"RequestsPerMinute is {RequestsPerMinute}; 0 to 10000 can be.";
        }

        if (Patience <= TimeSpan.Zero || AfterTooMany < TimeSpan.Zero)
        {
            yield return "Patience has to be above zero, AfterTooMany zero or above.";
        }

        if (Source.Length is 0 or > 40)
        {
            yield return $"Source is '{Source}'; 1 to 40 characters can be.";
        }
    }
}
