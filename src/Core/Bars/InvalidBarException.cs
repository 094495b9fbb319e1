using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>Values that are not a bar were used as one.</summary>
public sealed class InvalidBarException(Series series, UtcTime time, BarFault fault) : Exception($"{series} {time}: {fault.Text}.")
{
    public BarFault Fault { get; } = fault;
}
