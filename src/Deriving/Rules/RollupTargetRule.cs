using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Deriving.Slices;
using Npgsql;

namespace DxyOrleans.Deriving.Rules;

/// <summary>A symbol's bars of a larger timeframe from its 1m bars.</summary>
/// <param name="series">The rollup.</param>
/// <param name="grace">How long after its end a bucket is emitted, market time.</param>
/// <param name="larger">Larger rollups of the symbol.</param>
public sealed class RollupTargetRule(Series series, TimeSpan grace, params IReadOnlyList<ITargetRule> larger) : ITargetRule
{
    public Series Series => series;

    public IReadOnlyList<ITargetRule> Coarser => larger;

    public TimeSpan Ripeness => series.Timeframe.Length + grace;

    public TimeSpan MaxSlice => TimeSpan.FromDays(10);

    public TimeSpan MaxBlock => TimeSpan.FromDays(40);

    public TimeSpan CorrectionWindow { get; init; } = DerivingOptions.UsualCorrectionWindow;

    public string? Metadata => null;

    public bool IsRouted => false;

    public string SourceIn(BarTable table) => BarSource.Derived;

    public async Task<Derived> DeriveAsync(
        NpgsqlConnection connection,
        TimeRange window,
        IDerivingRule? version,
        Route route,
        CancellationToken cancellation
    )
    {
        var inputs = new Series(series.Symbol, Timeframe.OneMinute);
        var read = await BarReader.ReadValuesAsync(connection, route.Read, inputs, window.Widen(series.Timeframe), cancellation);
        var unfit = new UnfitInputs(series.Timeframe);
        unfit.Note(read.Unfit);
        var rolled = RollupRule.Fold(unfit.Deduplicate(read.Bars), series.Timeframe).Where(bucket => !unfit.Forbids(bucket.Bar.Time));
        return new Derived([.. rolled.Select(bucket => new BarRow(bucket.Bar, Provenance.Of(bucket), bucket.Inputs))], [])
        {
            Parked = unfit.Within(window.Widen(series.Timeframe)),
        };
    }

    async Task<IReadOnlyList<IBarBlock>?> ITargetRule.DeriveBlocksAsync(
        NpgsqlConnection connection,
        IReadOnlyList<TargetSlice> work,
        Route route,
        CancellationToken cancellation
    ) => await RollupBulk.DeriveAsync(connection, work, route, cancellation);
}
