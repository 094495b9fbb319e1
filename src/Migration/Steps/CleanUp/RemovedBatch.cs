using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Steps.CleanUp;

/// <summary>A batch of rows that cleanup soft-deleted, as the ledger has it.</summary>
/// <param name="Number">Its place in the ledger, from 1.</param>
/// <param name="Range">Which bars it looked at, by their open.</param>
/// <param name="Rows">How many it deleted.</param>
/// <param name="Mark">Their <c>deleted_at</c>, which no other row of the range bears.</param>
readonly record struct RemovedBatch(int Number, TimeRange Range, long Rows, UtcTime Mark)
{
    /// <summary>The next one after a number, or, going back, before it; null when there is none.</summary>
    public static async Task<RemovedBatch?> NextAsync(
        NpgsqlDataSource database,
        string run,
        int number,
        bool back,
        CancellationToken cancellation
    )
    {
        var rows = await database
            .Migration("cleanup/next_batch", run, number, back)
            .RowsAsync(
                reader => new RemovedBatch(
                    reader.GetInt32(0),
                    new TimeRange(reader.GetUtc(1), reader.GetUtc(2)),
                    reader.GetInt64(3),
                    reader.GetUtc(4)
                ),
                cancellation
            );
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>One of the statements that take a batch: symbol, range, mark.</summary>
    public NpgsqlCommand Command(RunTransaction transaction, string path) =>
        transaction.Connection.Migration(
            path,
            transaction.Run.Symbol.Name,
            Range.From.ToDateTime(),
            Range.To.ToDateTime(),
            Mark.ToDateTime()
        );
}
