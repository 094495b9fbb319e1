namespace DxyOrleans.Schema;

/// <summary>Something in a table of the host's that keeps bars from being read or stored there.</summary>
/// <param name="Line">Where, what, and what to do, in one line.</param>
/// <param name="Stops">Whether something that is derived or rolled up here stands still for it; else only bars that are brought by us (a
/// feed, an import) do.</param>
/// <param name="StopsReading">Whether bars can't even be read there with all that is known of them; their closes and prices can.</param>
public sealed record TableFault(string Line, bool Stops, bool StopsReading);
