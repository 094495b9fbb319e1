using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds;

static class PriceSides
{
    /// <summary>The price of a side of the market; the middle is rounded as prices are.</summary>
    public static decimal Of(this PriceSide side, decimal bid, decimal ask) =>
        side switch
        {
            PriceSide.Bid => bid,
            PriceSide.Ask => ask,
            _ => Price.Round((bid + ask) / 2),
        };
}
