using DxyOrleans.Bars;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Rules;

/// <summary>An index's 1m bars from its components' closes.</summary>
public sealed class IndexTargetRule(IndexDefinition definition, TimeSpan grace, string? metadata = null) : ITargetRule
{
    public IndexDefinition Definition => definition;

    public Series Series => definition.Series;

    // A minute that is emitted when its last component arrives only has to have ended.
    public TimeSpan Ripeness => Timeframe.OneMinute.Length + definition.Rule.EmitDelay(grace);

    public TimeSpan MaxSlice => TimeSpan.FromDays(2);

    public TimeSpan MaxBlock => TimeSpan.FromDays(7);

    public TimeSpan CorrectionWindow { get; init; } = DerivingOptions.UsualCorrectionWindow;

    public string? Metadata => metadata;

    public bool IsRouted => true;

    public int Version => definition.Rule.Version;

    public string SourceIn(BarTable table) => BarSource.Synthetic;

    public async Task<Derived> DeriveAsync(
        NpgsqlConnection connection,
        TimeRange window,
        IDerivingRule? version,
        Route route,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        // Stored rows may carry any version.
        var lookBack = (version is null ? DerivingRules.All : [version]).Max(rule => rule.LookBack(definition));
        foreach (var component in definition.Components)
        {
            batch.Add("read_closes").With(component.Symbol.Name).AddRange(new TimeRange(window.From - lookBack, window.To));
        }

        // Stored rows may be made of samples; those that were taken lately stand beside.
        var rule = version ?? definition.Rule;
        if (rule.NeedsSamples)
        {
            batch.Add("read_sampled").With(Series.Symbol.Name).AddRange(window);
        }

        if (version is null || rule.NeedsSamples)
        {
            var versions = new NpgsqlBatchCommand(route.Read.ReadVersions);
            versions.Parameters.AddSeries(Series).AddRange(window).With(rule.Version);
            batch.AddBound(versions);
        }

        var closes = new List<ComponentCloses>(definition.Components.Length);
        var unfit = new List<Dictionary<long, Unfit>>(definition.Components.Length);
        var carried = new Dictionary<UtcTime, IDerivingRule?>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var component in definition.Components)
        {
            var (column, minutes) = (new ComponentCloses(component.Symbol), new Dictionary<long, Unfit>());
            while (await reader.ReadAsync(cancellation))
            {
                UnfitInputs.Add(column, reader.GetUtc(0).Minute, reader.Bytes(1), minutes);
            }

            closes.Add(column);
            unfit.Add(minutes);
            await reader.NextResultAsync(cancellation);
        }

        var samples = new Dictionary<UtcTime, SampledMinute>();
        if (rule.NeedsSamples)
        {
            await SampledMinuteStore.ReadAsync(reader, samples, cancellation);
            await reader.NextResultAsync(cancellation);
        }

        while ((version is null || rule.NeedsSamples) && await reader.ReadAsync(cancellation))
        {
            var time = reader.GetUtc(0);
            if (version is null)
            {
                carried[time] = DerivingRules.Find(reader.GetInt32(1));
            }

            if (!reader.IsDBNull(2) && Provenance.Samples(time, reader.GetString(2)) is { } recorded)
            {
                samples.TryAdd(time, recorded);
            }
        }

        return Apply(closes, samples, TakenOut(closes, unfit, version, carried.Values), window, rule, carried);
    }

    async Task<IReadOnlyList<IBarBlock>?> ITargetRule.DeriveBlocksAsync(
        NpgsqlConnection connection,
        IReadOnlyList<TargetSlice> work,
        Route route,
        CancellationToken cancellation
    ) =>
        await IndexBulk.DeriveAsync(connection, definition, work[0].Slice.Window, work[0].Slice.Rule, route, cancellation) is { } block
            ? [block]
            : null;

    UnfitInputs TakenOut(
        List<ComponentCloses> closes,
        List<Dictionary<long, Unfit>> unfit,
        IDerivingRule? version,
        IEnumerable<IDerivingRule?> carried
    )
    {
        var inputs = new UnfitInputs(Timeframe.OneMinute);
        var carry = carried.Append(version ?? definition.Rule).Max(rule => rule?.MaxAge(definition) ?? 0);
        foreach (var (column, minutes) in closes.Zip(unfit).Where(component => component.Second.Count > 0))
        {
            inputs.Exclude(column, minutes, carry);
        }

        return inputs;
    }

    Derived Apply(
        List<ComponentCloses> closes,
        Dictionary<UtcTime, SampledMinute> samples,
        UnfitInputs unfit,
        TimeRange window,
        IDerivingRule version,
        Dictionary<UtcTime, IDerivingRule?> carried
    )
    {
        var result = IndexRule.Derive(definition, closes, window, version, samples);
        IEnumerable<IndexMinute> minutes = result.Minutes;
        foreach (var minute in result.Impossible)
        {
            unfit.Note(
                minute,
                new Unfit(
                    $"the level of {Series.Symbol} that its inputs give ({minute}) is none: not above zero at 8 places, or 90,000,000 "
                        + $"and more; mend the closes",
                    "level"
                )
            );
        }

        if (carried.Count > 0)
        {
            // A stored row is judged and renewed by the rule it carries; a change of the index's version changes nothing stored, and what a
            // newer build made stands.
            var others = carried
                .Values.Distinct()
                .OfType<IDerivingRule>()
                .SelectMany(other =>
                    IndexRule
                        .Derive(definition, closes, window, other, samples)
                        .Minutes.Where(minute => carried.GetValueOrDefault(minute.Time) == other)
                );
            minutes = minutes.Where(minute => !carried.ContainsKey(minute.Time)).Concat(others).OrderBy(minute => minute.Time);
        }

        return new Derived(
            [
                .. minutes
                    .Where(minute => !unfit.Forbids(minute.Time))
                    .Select(minute => new BarRow(minute.ToBar(Series), Provenance.Of(definition, minute), -minute.TotalAge)),
            ],
            result.Skipped
        )
        {
            Parked = unfit.Within(window),
        };
    }
}
