namespace DxyOrleans.Core.Feeds;

/// <summary>
/// How long to wait before a lost feed is tried again: doubling, with chance in it so that many don't come at once, and never at once.
/// </summary>
/// <param name="Least">The wait after the first loss.</param>
/// <param name="Most">The longest wait, unless who sent us away asked for a longer one.</param>
/// <param name="Stable">A connection that told something for this long is a success: the count of losses begins anew.</param>
public sealed record BackOffRule(TimeSpan Least, TimeSpan Most, TimeSpan Stable)
{
    // Doublings after which the longest wait is reached in any case.
    const int MaxDoublings = 16;

    public static BackOffRule Usual { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10));

    /// <param name="losses">Losses since the last success, this one counted in; 1 or more.</param>
    /// <param name="chance">A number in [0, 1).</param>
    /// <param name="notBefore">The wait that the vendor asked for; null: none.</param>
    /// <returns>Three to five quarters of the doubled wait, or what was asked for where that is longer.</returns>
    public TimeSpan Wait(int losses, double chance, TimeSpan? notBefore)
    {
        var doubled = Least * Math.Pow(2, Math.Clamp(losses - 1, 0, MaxDoublings));
        var wait = (doubled < Most ? doubled : Most) * (0.75 + (0.5 * chance));
        return notBefore is { } asked && asked > wait ? asked : wait;
    }
}
