using DxyOrleans.Core.Bars;

namespace DxyOrleans.Deriving.Rules;

/// <summary>Why an input says nothing.</summary>
/// <param name="Reason">In one line, with what to do.</param>
/// <param name="Kind">What is the same of inputs beside each other that one line can tell of.</param>
public readonly record struct Unfit(string Reason, string Kind)
{
    public static Unfit Of(UnfitRow row) => new(row.Reason, row.Fault);
}
