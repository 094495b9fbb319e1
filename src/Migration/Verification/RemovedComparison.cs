using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>
/// What should be equal once a run is completed: the old table has no active bars left, and what the run removed from it stands in the new
/// one.
/// </summary>
/// <param name="Compared">Bars that the run removed; none after a purge.</param>
/// <param name="Missing">Of them, those that the new table lacks.</param>
/// <param name="Different">Those that say something else there, which nothing explains.</param>
/// <param name="Explained">Those kept on order, or corrected in the new table since.</param>
/// <param name="Extra">Active rows of the old table: somebody writes it still.</param>
/// <param name="First">The first bar that isn't as it should be.</param>
public sealed record RemovedComparison(long Compared, long Missing, long Different, long Explained, long Extra, UtcTime? First)
{
    public VerificationState State =>
        Missing + Different + Extra > 0 ? VerificationState.Different
        : Compared > 0 ? VerificationState.Equal
        : VerificationState.NotCompared;

    public static async Task<RemovedComparison> ReadAsync(NpgsqlDataSource database, Run run, CancellationToken cancellation)
    {
        var ended = await database.Migration("cleanup/writes_ended", run.Name).ValueAsync<DateTime?>(cancellation);
        var command = database.Migration("verification/removed", run.Symbol.Name, run.Name, ended ?? run.StartedAt.ToDateTime());
        command.CommandTimeout = 0;
        return (
            await command.RowsAsync(
                row => new RemovedComparison(
                    row.GetInt64(0),
                    row.GetInt64(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.GetInt64(4),
                    row.IsDBNull(5) ? null : row.GetUtc(5)
                ),
                cancellation
            )
        )[0];
    }
}
