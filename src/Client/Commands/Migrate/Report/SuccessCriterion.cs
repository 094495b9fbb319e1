using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>One of the plan's seven success criteria.</summary>
/// <param name="Number">1 to 7, in the plan's order.</param>
/// <param name="Text">What has to hold.</param>
/// <param name="Expected">What would pass.</param>
/// <param name="Finding">What was seen, and what that means.</param>
/// <param name="From">The beginning of what was looked at; null: all there is.</param>
/// <param name="To">Its end, market time.</param>
/// <param name="Query">The query that shows it, ready to be run by anybody who may read.</param>
internal sealed record SuccessCriterion(
    int Number,
    string Text,
    string Expected,
    CriterionFinding Finding,
    UtcTime? From,
    UtcTime To,
    string Query
)
{
    public bool Holds => Finding.Verdict == GateVerdict.Pass;

    public string Verdict =>
        Finding.Verdict switch
        {
            GateVerdict.Pass => "PASS",
            GateVerdict.Fail => "FAIL",
            _ => "NOT YET",
        };

    public string Observed => Finding.Observed;

    /// <summary>Over which time it was observed.</summary>
    public string Window => From is { } from ? $"{from} to {To}" : $"all until {To}";
}

/// <summary>What a criterion came to.</summary>
/// <param name="Verdict">WARN: nothing was there to be observed yet.</param>
/// <param name="Observed">What was seen.</param>
internal readonly record struct CriterionFinding(GateVerdict Verdict, string Observed)
{
    public static CriterionFinding NotYet(string why) => new(GateVerdict.Warn, why);

    public static CriterionFinding Of(bool holds, string observed) => new(holds ? GateVerdict.Pass : GateVerdict.Fail, observed);
}
