using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>A stream can't be read as what its beginning says it is.</summary>
sealed class BrokenTextException(BarFault fault) : Exception(fault.Text)
{
    public BarFault Fault => fault;
}
