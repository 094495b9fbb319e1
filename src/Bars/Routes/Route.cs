using Npgsql;

namespace DxyOrleans.Bars.Routes;

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
    /// <summary>Reads the answer of <c>read_route</c>.</summary>
    public static async Task<Route> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        await reader.ReadAsync(cancellation);
        return Parse(reader.GetString(0), reader.GetInt64(1));
    }

    public static Route Parse(string mode, long epoch) =>
        new(
            mode switch
            {
                "legacy" => RouteMode.Legacy,
                "both" => RouteMode.Both,
                "both_read_new" => RouteMode.BothReadNew,
                "new" => RouteMode.New,
                _ => throw new InvalidOperationException($"dxy.route holds the mode '{mode}'."),
            },
            epoch
        );

    /// <summary>
    /// Where bars are written first. The old table while it is written at all: a program that writes it, and whose rows a trigger brings
    /// into the new one, then can't deadlock with us.
    /// </summary>
    public BarTable Written => Mode == RouteMode.New ? BarTable.Data : BarTable.Derived;

    /// <summary>Whether the new table then has to say the same of these bars, in the same transaction.</summary>
    public bool IsMirrored => Mode is RouteMode.Both or RouteMode.BothReadNew;

    public BarTable Read => Mode is RouteMode.Legacy or RouteMode.Both ? BarTable.Derived : BarTable.Data;
}
