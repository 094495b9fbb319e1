using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Schema.Catalog;

/// <summary>Reads what the host's tables are, by oid and shape, never by what something is called. Writes nothing.</summary>
public static class SchemaCatalog
{
    public const string New = "data_bars";
    public const string Old = "derived_data_bars";

    /// <param name="database">Where.</param>
    /// <param name="table">Its name in <c>public</c>.</param>
    /// <param name="symbol">Whose row the constraints are asked about; null: they are not.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<TableShape> ReadAsync(NpgsqlDataSource database, string table, Symbol? symbol, CancellationToken cancellation)
    {
        var relations = await database
            .Shape("relations", table)
            .RowsAsync(row => new Relation(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3)), cancellation);
        var columns = await database
            .Shape("columns", table)
            .RowsAsync(
                row => new Column(
                    row.GetString(0),
                    row.GetInt32(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetBoolean(4),
                    row.IsDBNull(5) ? null : row.GetInt32(5)
                ),
                cancellation
            );
        var keys = await database
            .Shape("keys", table, table == Old)
            .RowsAsync(
                row => new Key(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetString(3), row.GetBoolean(4)),
                cancellation
            );
        var checks = await database
            .Shape("checks", table)
            .RowsAsync(
                row => new Check(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetString(4),
                    row.GetBoolean(5),
                    row.GetBoolean(6),
                    row.GetBoolean(7),
                    true
                ),
                cancellation
            );
        for (var i = 0; i < checks.Count && symbol is not null; i++)
        {
            checks[i] = checks[i] with { Admits = await AdmitsAsync(database, checks[i], symbol.Value, cancellation) };
        }

        return new TableShape(table, relations, columns, keys, checks, (await HostCatalog.ReadAsync(database, cancellation))[table]);
    }

    static NpgsqlCommand Shape(this NpgsqlDataSource database, string name, params object?[] values) =>
        database.CreateCommand(Sql.Text($"checks/shape/{name}.sql")).WithValues(values);

    // The constraint itself is asked, about one row as we would write it: as inserting that row would. NULL is no refusal.
    static async Task<bool> AdmitsAsync(NpgsqlDataSource database, Check check, Symbol symbol, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"SELECT coalesce((SELECT {check.Expression} FROM jsonb_populate_record(NULL::{check.Relation}, $1::jsonb) AS r), true)"
        );
        command.Parameters.With(Row(symbol));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static string Row(Symbol symbol) =>
        JsonSerializer.Serialize(
            new Dictionary<string, object?>
            {
                ["canonical_symbol"] = symbol.Name,
                ["timeframe"] = "1m",
                ["ts_utc"] = "2024-03-04T08:00:00Z",
                ["open"] = 104,
                ["high"] = 104,
                ["low"] = 104,
                ["close"] = 104,
                ["vol"] = 0,
                ["vwap"] = null,
                ["trade_count"] = 0,
                ["is_partial"] = false,
                ["source"] = "synthetic",
                ["ingested_at"] = "2024-03-04T08:01:00Z",
                ["raw"] = new Dictionary<string, string>(),
                ["created_at"] = "2024-03-04T08:01:00Z",
                ["updated_at"] = "2024-03-04T08:01:00Z",
                ["derivation_version"] = 1,
            }
        );
}
