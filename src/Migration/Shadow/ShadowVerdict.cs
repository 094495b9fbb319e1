using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Shadow;

/// <summary>What shadow mode's comparisons say as of an instant.</summary>
public enum ShadowState
{
    /// <summary>Every bar that was compared is equal, and all of it lately.</summary>
    Equal,

    /// <summary>Some bars aren't.</summary>
    Different,

    /// <summary>A target's newest comparison is too old to say anything of now.</summary>
    Old,

    /// <summary>The last comparison of some day failed.</summary>
    Failed,

    /// <summary>No bar was compared yet.</summary>
    NotCompared,
}

/// <summary>A verdict and its age: what was equal yesterday and isn't looked at any more proves nothing.</summary>
/// <param name="State">What holds.</param>
/// <param name="Newest">When any day was compared last; null: never.</param>
/// <param name="Failed">Days whose last comparison failed.</param>
/// <param name="Text">In a line, for people.</param>
public sealed record ShadowVerdict(ShadowState State, UtcTime? Newest, ImmutableArray<ShadowDay> Failed, string Text)
{
    /// <summary>How old a target's newest comparison may be: a shadow looks at today each minute of the market's time.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Judges days as of an instant of market time.</summary>
    public static ShadowVerdict Of(IReadOnlyCollection<ShadowDay> days, UtcTime now)
    {
        var compared = days.Where(day => day.WasCompared).ToList();
        var newest = compared.Count == 0 ? (UtcTime?)null : compared.Max(day => day.ComparedAt);
        var bars = compared.Sum(day => day.Equal + day.Different + day.Missing + day.Extra);
        var wrong = compared.Sum(day => day.Different + day.Missing + day.Extra);
        var failed = days.Where(day => day.Fault is not null).ToImmutableArray();
        var old = days.GroupBy(day => day.Target)
            .Where(target => now - target.Max(day => day.ComparedAt) > Patience)
            .Select(target => target.Key)
            .ToList();
        return failed.Length > 0 ? Be(ShadowState.Failed, $"the last comparison failed of {Named(failed)}")
            : bars == 0 ? Be(ShadowState.NotCompared, "nothing was compared yet; './dxy up --shadow' compares")
            : old.Count > 0
                ? Be(
                    ShadowState.Old,
                    $"the newest comparison is of {newest}: {string.Join(", ", old)} {(old.Count == 1 ? "is" : "are")} not looked at "
                        + $"any more; './dxy up --shadow' compares"
                )
            : wrong > 0 ? Be(ShadowState.Different, FormattableString.Invariant($"different: {wrong} of {bars} bars, as of {newest}"))
            : Be(ShadowState.Equal, FormattableString.Invariant($"equal: {bars} bars, as of {newest}"));

        ShadowVerdict Be(ShadowState state, string text) => new(state, newest, failed, text);
    }

    static string Named(ImmutableArray<ShadowDay> failed) =>
        string.Join("; ", failed.Take(3).Select(day => $"{day.Target} {day.Day.ToString()[..10]}: {day.Fault}"))
        + (failed.Length > 3 ? FormattableString.Invariant($"; and {failed.Length - 3} more") : "");
}
