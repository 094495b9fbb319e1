using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Deriving.Rules;

/// <summary>Which rule a target has, by the registry.</summary>
public static class TargetRules
{
    /// <summary>The rule of a target; null when the registry names no such target.</summary>
    public static ITargetRule? For(SymbolRegistry registry, Series series, DerivingOptions options) =>
        !registry.IsTarget(series) ? null
        : series.Timeframe == Timeframe.OneMinute
            ? new IndexTargetRule(registry.Index(series.Symbol)!, options.Grace, registry.Find(series.Symbol)!.Metadata)
            {
                CorrectionWindow = options.CorrectionWindow,
            }
        : new RollupTargetRule(
            series,
            options.Grace,
            [
                .. registry
                    .Find(series.Symbol)!
                    .Rollups.Where(timeframe => timeframe > series.Timeframe)
                    .Select(timeframe => new RollupTargetRule(series with { Timeframe = timeframe }, options.Grace)
                    {
                        CorrectionWindow = options.CorrectionWindow,
                    }),
            ]
        )
        {
            CorrectionWindow = options.CorrectionWindow,
        };
}
