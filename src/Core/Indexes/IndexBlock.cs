using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>Derived minutes in columns, ascending: the same as <see cref="IndexMinute"/>s, made together.</summary>
/// <param name="Definition">The basket.</param>
/// <param name="Rule">The version they were derived by.</param>
/// <param name="Minutes">Their numbers, <see cref="UtcTime.Minute"/>.</param>
/// <param name="Levels">Their levels in units of the eighth place.</param>
/// <param name="Closes">A column a component: the close used.</param>
/// <param name="Ages">A column a component: how many minutes before each minute its close was made; none where all are zero.</param>
/// <param name="Skipped">Minutes with some but not all inputs, by the first missing component.</param>
public sealed record IndexBlock(
    IndexDefinition Definition,
    IDerivingRule Rule,
    long[] Minutes,
    long[] Levels,
    double[][] Closes,
    int[][] Ages,
    ImmutableArray<SkipCause> Skipped
)
{
    public int Count => Minutes.Length;

    public UtcTime Time(int place) => UtcTime.FromMinute(Minutes[place]);

    /// <summary>One of them by itself.</summary>
    public IndexMinute Minute(int place) =>
        new(
            Time(place),
            new decimal(unchecked((int)Levels[place]), unchecked((int)(Levels[place] >> 32)), 0, false, Bars.Price.Places),
            [.. Closes.Select(column => column[place])],
            [.. Closes.Select((_, component) => Age(component, place))],
            Rule
        );

    public int Age(int component, int place) => Ages.Length == 0 ? 0 : Ages[component][place];
}
