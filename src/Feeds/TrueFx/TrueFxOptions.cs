namespace DxyOrleans.Feeds.TrueFx;

/// <summary>How TrueFX is reached.</summary>
public sealed class TrueFxOptions
{
    /// <value>The address that is polled.</value>
    public string Address { get; set; } = "https://webrates.truefx.com/rates/connect.html";

    /// <value>The account's name; none: the ten pairs that everybody gets, USDSEK not among them.</value>
    public string? User { get; set; }

    /// <value>Its password; or <see cref="PasswordFile"/>.</value>
    public string? Password { get; set; }

    /// <value>A file that holds the password.</value>
    public string? PasswordFile { get; set; }

    /// <value>What a session is named for: two programs of one account need two.</value>
    public string Qualifier { get; set; } = "dxy";

    /// <value>How often it is polled, market time. Default 1 s.</value>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <value>Which side bars are made of. Default Mid.</value>
    public PriceSide Side { get; set; } = PriceSide.Mid;

    /// <value>How a pair is spelled.</value>
    public string Pair { get; set; } = "{base}/{quote}";

    /// <value>How long an answer may take, real time. Default 10 s.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>The value of the column <c>source</c>.</value>
    public string Source { get; set; } = "ingest";

    /// <summary>What is wrong, a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (FeedAddress.Fault(nameof(Address), Address, "https") is { } fault)
        {
            yield return fault;
        }

        if ((User is { Length: > 0 }) != (Password is { Length: > 0 } || PasswordFile is { Length: > 0 }))
        {
            yield return "User and Password (or PasswordFile) belong together; leave both out for the pairs that everybody gets.";
        }

        if (!SpellingMap.IsPattern(Pair))
        {
            yield return $"Pair is '{Pair}'; it needs {{base}} and {{quote}}.";
        }

        if (Poll < TimeSpan.FromMilliseconds(100) || Poll > TimeSpan.FromMinutes(1) || Patience <= TimeSpan.Zero)
        {
            yield return $"Poll is {Poll}; 00:00:00.100 to 00:01:00 can be, and Patience has to be above zero.";
        }

        if (Source.Length is 0 or > 40)
        {
            yield return $"Source is '{Source}'; 1 to 40 characters can be.";
        }
    }
}
