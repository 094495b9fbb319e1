namespace DxyOrleans.Feeds.Oanda;

/// <summary>How OANDA's v20 interface is reached; the practice hosts, unless told otherwise.</summary>
public sealed class OandaOptions
{
    /// <value>The account's token; or <see cref="TokenFile"/>.</value>
    public string? Token { get; set; }

    /// <value>A file that holds the token.</value>
    public string? TokenFile { get; set; }

    /// <value>The account's number, like <c>101-004-1234567-001</c>.</value>
    public string Account { get; set; } = "";

    /// <value>The host of candles. Live accounts: <c>https://api-fxtrade.oanda.com</c>.</value>
    public string Rest { get; set; } = "https://api-fxpractice.oanda.com";

    /// <value>The host of live prices. Live accounts: <c>https://stream-fxtrade.oanda.com</c>.</value>
    public string Stream { get; set; } = "https://stream-fxpractice.oanda.com";

    /// <value>Which side bars are made of. Default Mid, as the published index is.</value>
    public PriceSide Side { get; set; } = PriceSide.Mid;

    /// <value>How a pair is spelled.</value>
    public string Instrument { get; set; } = "{base}_{quote}";

    /// <value>How long nothing may come, heartbeats included (there is one each 5 s), real time. Default 15 s.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);

    /// <value>Requests to candles in a second. Default 20; the vendor takes about 100.</value>
    public int RequestsPerSecond { get; set; } = 20;

    /// <value>The value of the column <c>source</c>.</value>
    public string Source { get; set; } = "ingest";

    /// <summary>What is wrong, a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, text) in new[] { (nameof(Rest), Rest), (nameof(Stream), Stream) })
        {
            if (FeedAddress.Fault(name, text, "https") is { } fault)
            {
                yield return fault;
            }
        }

        if (Token is not { Length: > 0 } && TokenFile is not { Length: > 0 })
        {
            yield return "Token is not set; give DXY_OANDA__TOKEN, or a file by TokenFile.";
        }

        if (Account.Length == 0 || !Account.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            yield return $"Account is '{Account}'; give the account's number, like 101-004-1234567-001.";
        }

        if (!SpellingMap.IsPattern(Instrument))
        {
            yield return $"Instrument is '{Instrument}'; it needs {{base}} and {{quote}}.";
        }

        if (Patience <= TimeSpan.Zero || RequestsPerSecond is < 1 or > 1_000)
        {
            yield return "Patience has to be above zero, RequestsPerSecond 1 to 1000.";
        }

        if (Source.Length is 0 or > 40)
        {
            yield return $"Source is '{Source}'; 1 to 40 characters can be.";
        }
    }
}
