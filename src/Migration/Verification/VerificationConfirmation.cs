using System.Data;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>Whether what a verification found equal is equal now.</summary>
/// <param name="Holds">Whether every bar of its range was equal at one instant after it.</param>
/// <param name="Bars">Bars of the days that were written to since, which were compared again.</param>
/// <param name="Why">Why it doesn't hold; null when it does.</param>
public sealed record VerificationConfirmation(bool Holds, long Bars, string? Why)
{
    // What one snapshot compares within a second. More was no live writing; it is verified in full.
    const int MaxDays = 62;

    /// <summary>
    /// Compares again what was written to the range of an equal verification since its snapshot: the list of what was written and the bars
    /// themselves are read in one snapshot, so that all of the range is known to be equal at that instant, however fast others go on
    /// writing.
    /// </summary>
    /// <param name="database">Where both tables are.</param>
    /// <param name="verification">An equal one.</param>
    /// <param name="cancellation">Ends the statements.</param>
    public static async Task<VerificationConfirmation> ReadAsync(
        NpgsqlDataSource database,
        VerificationResult verification,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (!await connection.Migration("verification/is_watched", verification.Id).ValueAsync<bool>(cancellation))
        {
            return new VerificationConfirmation(false, 0, "the tables were not watched since before it");
        }

        var touched = await connection
            .Migration("verification/touched", verification.Id, verification.Id)
            .RowsAsync(row => new TimeRange(row.GetUtc(0), row.GetUtc(1)), cancellation);
        var days = touched.SelectMany(Days).ToList();
        if (days.Count > MaxDays)
        {
            return new VerificationConfirmation(false, 0, $"{days.Count} days were written to since");
        }

        if (days.Count == 0)
        {
            return new VerificationConfirmation(true, 0, null);
        }

        var (bars, differing, first) = (0L, 0L, (UtcTime?)null);
        await using var command = ComparedRow.Command(
            connection,
            verification.Symbol,
            verification.Run,
            new TimeRange(touched[0].From, touched[^1].To),
            days,
            null,
            withAll: false
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var row = ComparedRow.Read(reader);
            bars += row.Bars;
            if (row.Kind is not (null or RowDifferenceKind.Explained))
            {
                differing++;
                first ??= row.Time;
            }
        }

        return new VerificationConfirmation(
            differing == 0,
            bars,
            differing == 0 ? null : $"{differing} of the {bars} bars of days that were written to since differ, the first at {first}"
        );
    }

    static IEnumerable<UtcTime> Days(TimeRange range)
    {
        for (var day = range.From.Floor(Timeframe.OneDay); day < range.To; day += TimeSpan.FromDays(1))
        {
            yield return day;
        }
    }
}
