using System.Collections.Immutable;

namespace DxyOrleans.Core.Indexes;

/// <summary>The deriving versions that there are. <c>db apply</c> writes them into <c>dxy.deriving_rule</c>, which SQL asks.</summary>
public static class DerivingRules
{
    public static IDerivingRule Strict { get; } = new StrictRule();

    public static IDerivingRule LatestClose { get; } = new LatestCloseRule();

    public static IDerivingRule Sampled { get; } = new SampledRule();

    /// <summary>The list, ascending by number.</summary>
    public static ImmutableArray<IDerivingRule> All { get; } = [Strict, LatestClose, Sampled];

    /// <summary>The version of an index whose registry row names none.</summary>
    public static IDerivingRule Default => Strict;

    /// <summary>Their numbers, for people: <c>1 and 2</c>.</summary>
    public static string Numbers { get; } = string.Join(", ", All.SkipLast(1).Select(rule => rule.Version)) + " and " + All[^1].Version;

    /// <summary>The version with a number; null when this build has none.</summary>
    public static IDerivingRule? Find(int version)
    {
        foreach (var rule in All)
        {
            if (rule.Version == version)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The version with a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">This build has none.</exception>
    public static IDerivingRule Of(int version) =>
        Find(version) ?? throw new ArgumentOutOfRangeException(nameof(version), version, $"There are deriving versions {Numbers}.");
}
