using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bars.Writing;

/// <summary>What of ours only grows, corrections above all, is let go of when it is old enough, in batches that nobody waits for.</summary>
/// <param name="database">The database.</param>
/// <param name="days">How many days are kept, 30 to 36,500; 0 keeps all.</param>
public sealed class Retention(NpgsqlDataSource database, int days)
{
    public const int DefaultDays = 366;
    public const int MinDays = 30;
    public const int MaxDays = 36_500;

    /// <summary>Rows of a table that one transaction lets go of.</summary>
    public const int Batch = 2_000;

    /// <summary>Lets go of one batch; false when no more is old enough.</summary>
    public async Task<bool> ForgetAsync(CancellationToken cancellation)
    {
        if (days == 0)
        {
            return false;
        }

        await using var command = database.CreateCommand("SELECT dxy.forget(make_interval(days => $1), $2)");
        command.Parameters.With(days).With(Batch);
        return (long)(await command.ExecuteScalarAsync(cancellation))! > 0;
    }

    /// <summary>Since when every correction is known; null: since the beginning. What stood at an instant before it can't be told any
    /// more.</summary>
    public static async Task<UtcTime?> CorrectionsSinceAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT (SELECT k.since FROM dxy.kept AS k WHERE k.table_name = 'correction')");
        return await command.ExecuteScalarAsync(cancellation) is DateTime since ? UtcTime.From(since) : null;
    }
}
