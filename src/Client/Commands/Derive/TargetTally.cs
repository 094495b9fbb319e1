using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Slices;

namespace DxyOrleans.Client.Commands.Derive;

/// <summary>What deriving did to one target.</summary>
internal sealed class TargetTally(Series target)
{
    public Series Target => target;

    public long New { get; private set; }

    public long Changed { get; private set; }

    public long Equal { get; private set; }

    public long InputsGone { get; private set; }

    public long Pruned { get; private set; }

    /// <summary>Pieces that could not be done.</summary>
    public long Parked { get; private set; }

    /// <summary>Why, of the first of them.</summary>
    public string? Reason { get; private set; }

    public double Minutes { get; private set; }

    public SortedDictionary<Symbol, long> Skipped { get; } = [];

    public void Add(SliceOutcome slice)
    {
        New += slice.New;
        Changed += slice.Changed;
        Equal += slice.Equal;
        InputsGone += slice.InputsGone;
        Pruned += slice.Pruned;
        Parked += slice.Parked;
        Reason ??= slice.Reason;
        Minutes += slice.Window!.Value.Length.TotalMinutes;
        foreach (SkipCause cause in slice.Skipped)
        {
            Skipped[cause.Missing] = Skipped.GetValueOrDefault(cause.Missing) + cause.Minutes;
        }
    }
}
