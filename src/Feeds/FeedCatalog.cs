using System.Collections.Immutable;

namespace DxyOrleans.Feeds;

/// <summary>A feed that there is, for people.</summary>
/// <param name="Name">What <c>--feed</c> takes.</param>
/// <param name="Free">What it can and can't do without paying.</param>
/// <param name="Needs">The settings without which it doesn't start.</param>
public sealed record FeedDescription(string Name, string Free, string Needs);

/// <summary>Every feed that there is.</summary>
public static class FeedCatalog
{
    public const string None = "none";
    public const string Simulated = "simulated";
    public const string Massive = "massive";
    public const string Oanda = "oanda";
    public const string TrueFx = "truefx";

    public static ImmutableArray<FeedDescription> All { get; } =
    [
        new(None, "no feed: bars come by import, by SQL or from Orleans clients", "nothing"),
        new(Simulated, "a made-up market of the six pairs, offline; its bars say 'synthetic'", "nothing"),
        new(
            Massive,
            "a free key has yesterday's bars at 5 calls a minute and nothing live: live bars need the Currencies Starter plan ($49 a "
                + "month)",
            "Massive:ApiKey"
        ),
        new(
            Oanda,
            "a free practice account has all six pairs live, bid and ask, and years of 1m candles; one market maker's prices, for own use",
            "Oanda:Token and Oanda:Account"
        ),
        new(
            TrueFx,
            "without an account five of the six pairs live (no USDSEK, so no DXY); a free account adds it; no history, so gaps stay",
            "nothing; TrueFx:User and TrueFx:Password for USDSEK"
        ),
    ];

    public static ImmutableArray<string> Names { get; } = [.. All.Select(feed => feed.Name)];
}
