using DxyOrleans.Core.Due;
using DxyOrleans.Deriving.Rules;

namespace DxyOrleans.Deriving.Slices;

/// <summary>What one transaction takes on of one target; its due rows are taken and their weeks locked.</summary>
sealed record TargetSlice(ITargetRule Rule, DueSlice Slice);
