using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Due;

/// <summary>What is waiting to be derived.</summary>
/// <param name="Changes">Recorded changes, not yet expanded.</param>
/// <param name="Minutes">Minutes of bars that are due and ripe.</param>
/// <param name="Oldest">Since when the oldest ripe work could have been done.</param>
/// <param name="Parked">Pieces of work that failed.</param>
/// <param name="Attempts">The most often one failed.</param>
/// <param name="Now">The database's market time.</param>
public sealed record BacklogState(long Changes, double Minutes, UtcTime? Oldest, long Parked, int Attempts, UtcTime Now)
{
    public bool IsEmpty => Changes == 0 && Minutes <= 0;

    /// <summary>Reads it.</summary>
    /// <param name="database">Where.</param>
    /// <param name="symbols">Of which symbols; null: of all.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<BacklogState> ReadAsync(
        NpgsqlDataSource database,
        IEnumerable<Symbol>? symbols,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("backlog");
        command.Parameters.With<string[]?>(symbols?.Select(symbol => symbol.Name).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new BacklogState(
            reader.GetInt64(0),
            reader.GetDouble(1),
            reader.IsDBNull(2) ? null : reader.GetUtc(2),
            reader.GetInt64(3),
            reader.GetInt32(4),
            reader.GetUtc(5)
        );
    }
}
