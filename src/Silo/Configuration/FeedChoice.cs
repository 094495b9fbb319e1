using DxyOrleans.Feeds;
using DxyOrleans.Feeds.Massive;
using DxyOrleans.Feeds.Oanda;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Feeds.TrueFx;
using DxyOrleans.Grains.Feeds;

namespace DxyOrleans.Silo.Configuration;

/// <summary>The feed that the settings name.</summary>
static class FeedChoice
{
    static readonly TimeSpan SimulatedLook = TimeSpan.FromMilliseconds(250);

    /// <summary>What is wrong with the settings of the feed that is named; those of others are nobody's business.</summary>
    public static IEnumerable<string> Faults(SiloSettings settings)
    {
        if (!FeedCatalog.Names.Contains(settings.Feed))
        {
            return [$"Feed is '{settings.Feed}'; there are {string.Join(", ", FeedCatalog.Names)}."];
        }

        var (section, faults) = settings.Feed switch
        {
            FeedCatalog.Massive => ("Massive", settings.Massive.Faults()),
            FeedCatalog.Oanda => ("Oanda", settings.Oanda.Faults()),
            FeedCatalog.TrueFx => ("TrueFx", settings.TrueFx.Faults()),
            _ => ("", []),
        };
        return faults.Select(fault => $"{section}:{fault}").Concat(settings.Feeds.Faults().Select(fault => $"Feeds:{fault}"));
    }

    /// <param name="settings">Found good.</param>
    /// <param name="bars">Whether the simulated market is told in whole bars.</param>
    public static FeedOptions Of(SiloSettings settings, bool bars) =>
        new()
        {
            Name = settings.Feed,
            Create = market => Create(settings, bars, market),
            Backfill =
                settings.Feed == FeedCatalog.Simulated ? TimeSpan.FromMinutes(settings.Simulation.BackfillMinutes) : settings.FeedBackfill,
            Rules = settings.Feeds,
        };

    static IFeed Create(SiloSettings settings, bool bars, TimeProvider market) =>
        settings.Feed switch
        {
            FeedCatalog.Massive => new MassiveFeed(settings.Massive, TimeProvider.System),
            FeedCatalog.Oanda => new OandaFeed(settings.Oanda, TimeProvider.System),
            FeedCatalog.TrueFx => new TrueFxFeed(settings.TrueFx, market),
            FeedCatalog.Simulated => new SimulatedFeed(
                new SimulatedMarket(settings.Simulation.Options(bars)),
                market,
                SimulatedLook,
                bars,
                settings.Simulation.Source
            ),
            _ => throw new InvalidOperationException($"There is no feed {settings.Feed}."),
        };
}
