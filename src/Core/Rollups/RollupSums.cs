using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Rollups;

/// <summary>What of a bucket is added up, and how many inputs had nothing to add. Never throws, whatever stands in a table.</summary>
struct RollupSums
{
    long _trades;
    decimal _weighted;
    decimal _weight;
    bool _isTooHeavy;
    bool _lostDigits;

    public int Inputs { get; private set; }

    public decimal Volume { get; private set; }

    /// <summary>Whether <see cref="Volume"/> is the sum to the last place; a decimal drops digits silently where there are too
    /// many.</summary>
    public readonly bool IsExact => !_lostDigits;

    public int UnknownVolumes { get; private set; }

    public int UnknownVwaps { get; private set; }

    int _unknownTradeCounts;

    public readonly int UnknownTradeCounts => _trades > int.MaxValue ? Inputs : _unknownTradeCounts;

    public readonly int TradeCount => _trades > int.MaxValue ? 0 : (int)_trades;

    /// <summary>Null where no input has both volume and volume-weighted price, or their product is beyond a decimal.</summary>
    public readonly decimal? Vwap =>
        !_isTooHeavy && _weight > 0 && Price.Round(_weighted / _weight) is > 0 and < Price.Limit and var vwap ? vwap : null;

    public void Add(Bar bar)
    {
        Inputs++;
        var volume = Volume + bar.Volume;
        _lostDigits |= volume.Scale < Math.Max(Volume.Scale, bar.Volume.Scale);
        Volume = volume;
        _trades += bar.TradeCount;
        if (bar.Unknown != BarUnknowns.None)
        {
            UnknownVolumes += bar.Unknown.HasFlag(BarUnknowns.Volume) ? 1 : 0;
            _unknownTradeCounts += bar.Unknown.HasFlag(BarUnknowns.TradeCount) ? 1 : 0;
            UnknownVwaps += bar.Unknown.HasFlag(BarUnknowns.Vwap) ? 1 : 0;
        }

        if (bar is { Vwap: { } vwap, Volume: > 0 } && !_isTooHeavy)
        {
            try
            {
                _weighted += vwap * bar.Volume;
                _weight += bar.Volume;
            }
            catch (OverflowException)
            {
                _isTooHeavy = true;
            }
        }
    }
}
