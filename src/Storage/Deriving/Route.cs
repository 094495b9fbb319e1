using DxyOrleans.Storage.Bars;

namespace DxyOrleans.Storage.Deriving;

/// <summary>Where a symbol's derived 1m bars are written and read.</summary>
public enum RouteMode
{
    /// <summary>Written to and read from <c>derived_data_bars</c>.</summary>
    Legacy,

    /// <summary>Written to both tables in one transaction, read from the old one.</summary>
    Both,

    /// <summary>Written to both tables in one transaction, read from the new one.</summary>
    BothReadNew,

    /// <summary>Written to and read from <c>data_bars</c>.</summary>
    New,
}

/// <summary>A route and the epoch under which it was read; valid while the reading transaction holds the route's shared lock.</summary>
public readonly record struct Route(RouteMode Mode, long Epoch)
{
    public static Route Parse(string mode, long epoch) => new(mode switch
    {
        "legacy" => RouteMode.Legacy,
        "both" => RouteMode.Both,
        "both_read_new" => RouteMode.BothReadNew,
        "new" => RouteMode.New,
        _ => throw new InvalidOperationException($"dxy.route holds the mode '{mode}'."),
    }, epoch);

    /// <summary>The old table first, always: a program that writes the old one, and whose rows a trigger brings into the new one, then can't deadlock with us.</summary>
    public IEnumerable<BarTable> Written => Mode switch
    {
        RouteMode.Legacy => [BarTable.Derived],
        RouteMode.New => [BarTable.Data],
        _ => [BarTable.Derived, BarTable.Data],
    };

    public BarTable Read => Mode is RouteMode.Legacy or RouteMode.Both ? BarTable.Derived : BarTable.Data;
}
