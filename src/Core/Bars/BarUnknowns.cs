namespace DxyOrleans.Core.Bars;

/// <summary>What decorates a bar and isn't known of it: it counts as nothing where bars are added up, and never decides whether the prices
/// count.</summary>
[Flags]
public enum BarUnknowns
{
    None = 0,

    /// <summary>The volume; the bar says 0.</summary>
    Volume = 1,

    /// <summary>The count of trades; the bar says 0.</summary>
    TradeCount = 2,

    /// <summary>A volume-weighted price that is none (0, below 0, NaN); the bar says null. One that was never given is not noted.</summary>
    Vwap = 4,
}
