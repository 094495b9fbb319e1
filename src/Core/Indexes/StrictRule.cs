using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>Deriving version 1, the migration plan's rule: all components have a final bar in the very minute.</summary>
sealed class StrictRule : IDerivingRule
{
    public int Version => 1;

    public bool CarriesCloses => false;

    public bool IsEmittedByTime => false;

    public IndexRule.Result Derive(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        IReadOnlyDictionary<UtcTime, SampledMinute> samples,
        long from,
        long to
    ) => CloseScan.Run(this, definition, closes, from, to, static _ => true);

    public ChosenMinutes Choose(IndexDefinition definition, CloseGrid grid, int from, int to)
    {
        var count = definition.Components.Length;
        var places = new List<int>(to - from);
        var skipped = new int[count];
        for (var place = from; place < to; place++)
        {
            var (missing, printed) = (-1, false);
            for (var i = 0; i < count; i++)
            {
                if (!double.IsNaN(grid.Column(i)[place]))
                {
                    printed = true;
                }
                else if (missing < 0)
                {
                    missing = i;
                }
            }

            if (missing < 0)
            {
                places.Add(place);
            }
            else if (printed)
            {
                skipped[missing]++;
            }
        }

        return new ChosenMinutes(places, [], skipped);
    }
}
