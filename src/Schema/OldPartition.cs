using DxyOrleans.Core.Time;

namespace DxyOrleans.Schema;

/// <summary>A partition of <c>data_bars</c> whose every row opens before a given time.</summary>
/// <param name="Name">The partition, as SQL names it.</param>
/// <param name="From">Its first instant; null: everything before.</param>
/// <param name="To">Its end, exclusive.</param>
/// <param name="Bounds">Both, as SQL writes them.</param>
/// <param name="Rows">About how many rows, as the server last counted; null where it never did.</param>
/// <param name="Bytes">Its size with indexes.</param>
public sealed record OldPartition(string Name, UtcTime? From, UtcTime To, string Bounds, long? Rows, long Bytes);
