using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Rollups;

/// <summary>A bucket folded from the smaller bars in it.</summary>
/// <param name="Bar">The folded bar.</param>
/// <param name="Inputs">How many final bars went in; at least 1.</param>
/// <param name="Expected">How many bars of the input timeframe an open market has in the bucket; 0 for one wholly in closed hours.</param>
public sealed record RolledBar(Bar Bar, int Inputs, int Expected)
{
    /// <summary>How many of the inputs said no volume; they add nothing to the sum.</summary>
    public int UnknownVolumes { get; init; }

    /// <summary>How many said no count of trades; all of them where the sum is beyond an integer.</summary>
    public int UnknownTradeCounts { get; init; }

    /// <summary>How many said a volume-weighted price that is none.</summary>
    public int UnknownVwaps { get; init; }

    public bool HasUnknowns => UnknownVolumes + UnknownTradeCounts + UnknownVwaps > 0;
}
