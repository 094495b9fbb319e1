using System.Text.Json;
using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>The binding as <c>db apply</c> left it in <c>dxy.binding</c>: no row where the host's tables are such as ours.</summary>
static class BindingStore
{
    // By the catalog: a name in a schema that the login may not look into can't be asked for.
    const string IsThere = """
        SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                       WHERE n.nspname = 'dxy' AND c.relname = 'binding' AND has_schema_privilege(n.oid, 'USAGE')
                         AND has_table_privilege(c.oid, 'SELECT'))
        """;

    const string Read = "SELECT b.table_name, b.column_name, b.host::text FROM dxy.binding AS b";

    /// <summary>What is stored; null where our schema isn't there, or is older than bindings.</summary>
    public static async Task<HostBinding?> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var exists = database.CreateCommand(IsThere);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
        {
            return null;
        }

        await using var command = database.CreateCommand(Read);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(string, string, string?)>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return Of(rows);
    }

    /// <summary>The same without waiting: a statement's text is asked for where nothing can be awaited. Once for each database of a
    /// process.</summary>
    public static HostBinding? ReadNow(NpgsqlConnection connection)
    {
        using var exists = new NpgsqlCommand(IsThere, connection);
        if (!(bool)exists.ExecuteScalar()!)
        {
            return null;
        }

        using var command = new NpgsqlCommand(Read, connection);
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, string?)>();
        while (reader.Read())
        {
            rows.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return Of(rows);
    }

    /// <summary>The statements that put a binding in the place of what is stored.</summary>
    public static string Save(HostBinding binding)
    {
        var rows = binding.IsPlain
            ? []
            : new[] { binding.Data, binding.Derived }
                .SelectMany(table =>
                    table.Columns.Select(column =>
                        $"('{table.Name}', '{column.Name}', "
                        + $"{(column.Host is { } host ? Literal(JsonSerializer.Serialize(host, HostCatalog.Json)) : "NULL")})"
                    )
                )
                .ToList();
        return "DELETE FROM dxy.binding"
            + (
                rows.Count == 0
                    ? ";"
                    : $";\nINSERT INTO dxy.binding (table_name, column_name, host) VALUES\n  {string.Join(",\n  ", rows)};"
            );
    }

    static HostBinding Of(List<(string Table, string Column, string? Host)> rows) =>
        rows.Count == 0 ? HostBinding.Ours : new HostBinding(Of(rows, BoundTable.New), Of(rows, BoundTable.Old));

    static BoundTable Of(List<(string Table, string Column, string? Host)> rows, string table) =>
        new(table, name =>
            rows.FirstOrDefault(row => row.Table == table && row.Column == name).Host is { } host
                ? JsonSerializer.Deserialize<HostColumn>(host, HostCatalog.Json)
                : null
        );

    static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
