using System.Globalization;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// <c>data_bars</c> in monthly partitions, which is chosen when the table is made. Months are made from <paramref name="From"/> to three
/// beyond market time, by each apply and hourly by the silos; older rows, and rows of months that nobody made, have partitions of their
/// own, so that none is refused.
/// </summary>
/// <param name="From">The first month is the one that holds it.</param>
public sealed record Partitions(UtcTime From)
{
    /// <summary>How far the months reach back when nobody says.</summary>
    public const int Years = 10;

    /// <summary>The statements that make the table, from those that make it in one piece.</summary>
    internal string Divided(string table) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{table.TrimEnd().TrimEnd(';')} PARTITION BY RANGE (ts_utc);\nSELECT dxy.divide_by_month('{From}');\n"
        );

    /// <summary>Whether there is a table already that is not partitioned.</summary>
    internal static async Task<bool> ComeTooLateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('public.data_bars') AND relkind <> 'p')"
        );
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Makes the months ahead that a table divided by us lacks; returns how many.</summary>
    /// <exception cref="PostgresException">A lock could not be had, or the table is another owner's.</exception>
    public static async Task<int> KeepAheadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT dxy.keep_months()");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    internal static async Task<IReadOnlyList<SchemaScript>> MissingMonthsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var known = database.CreateCommand(
            "SELECT to_regprocedure('dxy.keep_months()') IS NOT NULL AND to_regclass('public.data_bars_before') IS NOT NULL"
        );
        if (!(bool)(await known.ExecuteScalarAsync(cancellation))!)
        {
            return [];
        }

        await using var command = database.CreateCommand("SELECT count(*) FROM dxy.missing_months(dxy.now())");
        return (long)(await command.ExecuteScalarAsync(cancellation))! > 0
            ? [new SchemaScript("months of public.data_bars", "SELECT dxy.keep_months();")]
            : [];
    }
}
