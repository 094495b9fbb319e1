using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>Rows that stand in the way of a unique key. Each look reads the whole table; nothing is ever removed.</summary>
static class KeyRows
{
    /// <summary>Keys that more than one row of the table has.</summary>
    public static async Task<Gate> DuplicatesAsync(NpgsqlDataSource database, TableShape table, CancellationToken cancellation)
    {
        var sql = MigrationSql
            .Template("schema/duplicates")
            .Replace("{0}", table.QuotedName, StringComparison.Ordinal)
            .Replace("{1}", "true", StringComparison.Ordinal);
        await using var command = database.CreateCommand(database.Bound(sql));
        command.CommandTimeout = 0;
        var (keys, rows, sample) = (await command.RowsAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetString(2)), cancellation))[0];
        return Gate.Of(
            "schema/duplicates",
            keys == 0,
            $"every key once in {table.QuotedName}",
            keys == 0
                ? "none stands twice"
                : string.Create(CultureInfo.InvariantCulture, $"{keys} keys have {rows} rows, such as {sample}"),
            $"SELECT canonical_symbol, timeframe, ts_utc, count(*) FROM {table.QuotedName} GROUP BY 1, 2, 3 HAVING count(*) > 1",
            "decide which row of each key stays and delete the others; the run removes none. It looks again by itself"
        );
    }

    /// <summary>Rows without a symbol, timeframe or time.</summary>
    public static async Task<Gate> NullsAsync(NpgsqlDataSource database, TableShape table, CancellationToken cancellation)
    {
        var where = string.Join(" OR ", TableShape.KeyColumns.Select(name => $"{name} IS NULL"));
        await using var command = database.CreateCommand(
            $"SELECT {string.Join(", ", TableShape.KeyColumns.Select(name => $"count(*) FILTER (WHERE {name} IS NULL)"))} FROM "
                + $"{table.QuotedName} WHERE {where}"
        );
        command.CommandTimeout = 0;
        var counts = (
            await command.RowsAsync(row => TableShape.KeyColumns.Select((name, i) => (name, Count: row.GetInt64(i))).ToList(), cancellation)
        )[0];
        var found = counts
            .Where(count => count.Count > 0)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Count} rows without {count.name}"))
            .ToList();
        return Gate.Of(
            "schema/null-keys",
            found.Count == 0,
            $"no row of {table.QuotedName} without its key",
            found.Count == 0 ? "there is none" : string.Join(", ", found),
            $"SELECT * FROM {table.QuotedName} WHERE {where}",
            "give these rows their key or delete them; the run removes none. It looks again by itself"
        );
    }
}
