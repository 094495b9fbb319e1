using DxyOrleans.Deriving.Rules;

namespace DxyOrleans.Deriving.Slices;

/// <summary>
/// How long the next slice may be, so that each transaction takes about as long: a live minute that comes meanwhile has to wait for one at
/// most, and its commit for all that was written before it to be on the disk. So slices are a fifth as long while live minutes come. But
/// what is long enough for columns stays so: bar by bar the same work would take longer.
/// </summary>
static class SliceLength
{
    static readonly TimeSpan Long = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan LongYieldingToLive = TimeSpan.FromMilliseconds(20);

    /// <param name="longest">What was allowed.</param>
    /// <param name="done">What was done.</param>
    /// <param name="took">How long that took, real time.</param>
    /// <param name="besideLive">Whether live minutes come.</param>
    /// <param name="rule">The target.</param>
    public static TimeSpan Next(TimeSpan longest, TimeSpan done, TimeSpan took, bool besideLive, ITargetRule rule)
    {
        var columns = Columns(rule);
        if (longest < columns)
        {
            // A bar that couldn't be stored was looked for. Beyond it, so little work takes as long as the statements do, however short it
            // is made.
            return done * 2 > longest ? TimeSpan.FromTicks(Math.Min(longest.Ticks * 2, columns.Ticks)) : longest;
        }

        var bound = besideLive ? LongYieldingToLive : Long;
        if (took > bound)
        {
            // The last slice of a piece of work may be short, and slow all the same: its length is not the reason.
            return TimeSpan.FromTicks(Math.Min(longest.Ticks, Math.Max(Halved(done, rule).Ticks, columns.Ticks)));
        }

        // Twice as long a slice then still ends within the bound.
        return took < bound / 2 && done * 2 > longest ? TimeSpan.FromTicks(Math.Min(longest.Ticks * 2, rule.MaxBlock.Ticks)) : longest;
    }

    // What is derived in columns, on the timeframe's grid.
    static TimeSpan Columns(ITargetRule rule) =>
        TimeSpan.FromTicks(
            (Deriver.LongWork.Ticks + rule.Series.Timeframe.Ticks - 1) / rule.Series.Timeframe.Ticks * rule.Series.Timeframe.Ticks
        );

    /// <summary>Half as long, on the timeframe's grid, one bar at least.</summary>
    public static TimeSpan Halved(TimeSpan done, ITargetRule rule) =>
        TimeSpan.FromTicks(
            Math.Max(rule.Series.Timeframe.Ticks, done.Ticks / 2 / rule.Series.Timeframe.Ticks * rule.Series.Timeframe.Ticks)
        );
}
