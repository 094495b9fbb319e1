using DxyOrleans.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>From what was read of a minute to what is said of it. Pure.</summary>
static class ExplanationRules
{
    /// <summary>The minute that a component's close is of: as the stored row recorded it; else the newest that the rule may carry; else the
    /// minute itself.</summary>
    public static UtcTime Origin(IndexDefinition index, UtcTime time, StoredBar? stored, int component, ComponentAround at)
    {
        if (Recorded(index, stored) is not null)
        {
            return time - TimeSpan.FromMinutes(InputsGoneRule.RecordedAges(index, stored!.Raw)[component]);
        }

        return at is { Close: null, Unfit: null, Last: { } newest } && (time - newest).TotalMinutes <= RuleOf(index, stored).MaxAge(index)
            ? newest
            : time;
    }

    /// <param name="index">The index, as it was valid then.</param>
    /// <param name="time">The minute.</param>
    /// <param name="facts">What was read.</param>
    /// <param name="precision">How exactly the table holds a close.</param>
    /// <param name="keeps">Whether the table keeps what a row was made of.</param>
    public static MinuteExplanation Explain(IndexDefinition index, UtcTime time, MinuteFacts facts, ColumnPrecision precision, bool keeps)
    {
        var (recorded, recordedBefore) = (Recorded(index, facts.Stored), Recorded(index, facts.Before));
        var parts = facts
            .Components.Select(
                (component, i) => Part(index.Components[i], component, recorded?[i], recordedBefore?[i], facts.Before?.Bar.Close)
            )
            .ToList();
        decimal? recomputed =
            parts.TrueForAll(part => part.Close is > 0)
            && IndexFormula.TryLevel(index, [.. parts.Select(part => part.Close!.Value)], out var level)
                ? precision.Stored(level)
                : null;
        var (status, todo) =
            facts is { Stored: null, Reason: { } reason } ? ($"missing: set aside, because {reason}", "mend that, then './dxy due --retry'")
            : facts.Stored is { } stored ? JudgeStored(index, time, stored, recomputed, parts)
            : JudgeMissing(index, time, parts, facts);
        if (facts.Stored is not null && !keeps)
        {
            status += $"; what it was made of when it was written isn't known: public.{facts.Table.Name} keeps no raw for it";
        }

        return new MinuteExplanation(
            index,
            time,
            facts.Stored,
            facts.Before,
            RuleOf(index, facts.Stored),
            recomputed,
            [.. parts],
            status,
            todo,
            facts.Corrections
        );
    }

    static IDerivingRule RuleOf(IndexDefinition index, StoredBar? stored) =>
        stored is not null && Provenance.Rule(stored.Raw) is { } carried ? carried : index.Rule;

    static double[]? Recorded(IndexDefinition index, StoredBar? stored) =>
        stored is null ? null : InputsGoneRule.RecordedCloses(index, stored.Raw);

    static ComponentPart Part(IndexComponent component, ComponentFacts facts, double? recorded, double? recordedBefore, decimal? level)
    {
        // A row keeps a close's fifteen digits.
        var from = facts.From;
        var standing = from.Close is { } close && recorded is not null && (double)(decimal)close == recorded ? recorded : from.Close;
        var used = recorded ?? standing;
        var before = recordedBefore ?? facts.BeforeClose;
        double? points =
            used is { } now && before is { } was && level is { } index ? (double)index * component.Exponent * Math.Log(now / was) : null;
        return new ComponentPart(component, used, facts.Age, before, points, facts.At.Last, facts.At.Next, facts.At.IsPartial)
        {
            Standing = standing,
            Unfit = from.Unfit,
        };
    }

    static (string Status, string Todo) JudgeMissing(
        IndexDefinition index,
        UtcTime time,
        IReadOnlyList<ComponentPart> parts,
        MinuteFacts facts
    )
    {
        if (parts.FirstOrDefault(part => part.Unfit is not null)?.Unfit is { } unfit)
        {
            return ($"missing: set aside, because {unfit}", "mend that; it is derived by itself then");
        }

        if (time < index.Since)
        {
            return ($"missing: the basket is valid from {index.Since}", "");
        }

        if (facts.Now < time + Timeframe.OneMinute)
        {
            return ("missing: the minute hasn't ended", "wait for its end");
        }

        var missing = parts.Where(part => part.Close is null).Select(part => part.Component.Symbol).ToList();
        if (missing.Count > 0 && !FxWeek.IsOpen(time))
        {
            return ("missing: the market is closed", "");
        }

        var partial = parts.Any(part => part.IsPartial) ? " (a partial bar is there; its final is wanted)" : "";
        return missing.Count > 0
                ? (
                    $"missing: no {string.Join(", ", missing)}",
                    $"import the minute of {string.Join(" and ", missing)}{partial}; it is derived by itself then"
                )
            : facts.IsDue ? ("missing: due, and not yet derived", "start a silo ('./dxy up'), or " + Derive(index.Symbol, time))
            : ("missing: all inputs are there, and it was not derived", Derive(index.Symbol, time));
    }

    // Against what stands in the table now; what the row recorded speaks where nothing stands there any more.
    static (string Status, string Todo) JudgeStored(
        IndexDefinition index,
        UtcTime time,
        StoredBar stored,
        decimal? recomputed,
        IReadOnlyList<ComponentPart> parts
    )
    {
        if (recomputed is null)
        {
            return ("stored; its inputs are neither kept nor recorded", "");
        }

        var denying = parts.Where(part => part.Standing is { } close && close != part.Close).Select(part => part.Component.Symbol).ToList();
        if (recomputed != stored.Bar.Close || denying.Count > 0)
        {
            var who = denying.Count > 0 ? $": {string.Join(", ", denying)} says otherwise now" : "";
            return ($"stored, and different from what its inputs give{who}", Derive(index.Symbol, time));
        }

        if (parts.FirstOrDefault(part => part.Unfit is not null)?.Unfit is { } unfit)
        {
            return ($"stored, and equal to what it was made of; but now {unfit}", "mend that");
        }

        var gone = parts.Where(part => part.Standing is null).Select(part => part.Component.Symbol).ToList();
        return gone.Count == 0
            ? ("stored, and equal to what its inputs give", "")
            : (
                $"stored, inputs gone: {string.Join(", ", gone)} {(gone.Count > 1 ? "have" : "has")} no bar there any more; "
                    + "it agrees with what it was made of, and stands",
                $"to remove it: {Derive(index.Symbol, time)} --prune"
            );
    }

    static string Derive(Symbol symbol, UtcTime time) => $"./dxy derive {symbol} --from {time} --to {time + Timeframe.OneMinute}";
}
