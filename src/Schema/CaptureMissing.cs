using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>Finds the capture triggers that tables and partitions of bars lack.</summary>
public static class CaptureMissing
{
    /// <param name="Table">Schema and table.</param>
    /// <param name="Name">The trigger's name.</param>
    /// <param name="Disabled">It is there, but disabled.</param>
    /// <param name="Mend">The statement that puts it right.</param>
    public sealed record Trigger(string Table, string Name, bool Disabled, string Mend);

    public static async Task<IReadOnlyList<Trigger>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var missing = new List<Trigger>();
        var late = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand(Sql.Text("checks/capture_missing.sql")))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                missing.Add(
                    new Trigger(
                        $"{reader.GetString(0)}.{reader.GetString(1)}",
                        reader.GetString(2),
                        reader.GetBoolean(3),
                        reader.GetString(4)
                    )
                );
                if (reader.GetBoolean(5))
                {
                    late[missing[^1].Table] = reader.GetString(6);
                }
            }
        }

        IEnumerable<Trigger> mended =
            late.Count > 0 && await HasDerivedAsync(database, cancellation) ? WithRecapture(missing, late) : missing;
        return [.. mended, .. await OfARunAsync(database, cancellation)];
    }

    // Of a run that watches: what it put on itself, and a restore or somebody's DISABLE TRIGGER took away. Unknown to who may not look.
    static async Task<List<Trigger>> OfARunAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using (var known = database.CreateCommand(Sql.Text("checks/touch_known.sql")))
        {
            if (await known.ExecuteScalarAsync(cancellation) is not true)
            {
                return [];
            }
        }

        return await database
            .CreateCommand(Sql.Text("checks/touch_missing.sql"))
            .RowsAsync(
                row => new Trigger($"{row.GetString(0)}.{row.GetString(1)}", row.GetString(2), row.GetBoolean(3), row.GetString(4)),
                cancellation
            );
    }

    /// <summary>The triggers a table of bars will get once it is made.</summary>
    public static IEnumerable<Trigger> ForNewTable(string table) =>
        table is "data_bars" or "derived_data_bars"
            ?
            [
                Of(table, "insert", "INSERT", "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT"),
                Of(table, "update", "UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT"),
                Of(table, "delete", "DELETE", "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT"),
                Of(
                    table,
                    "row",
                    "INSERT OR UPDATE OR DELETE",
                    "FOR EACH ROW",
                    $"; ALTER TABLE public.{table} ENABLE REPLICA TRIGGER dxy_capture_row"
                ),
            ]
            : [];

    static Trigger Of(string table, string what, string on, string fires, string then = "")
    {
        var function = table == "derived_data_bars" && what == "update" ? "capture_update_derived" : $"capture_{what}";
        return new Trigger(
            $"public.{table}",
            $"dxy_capture_{what}",
            false,
            $"CREATE TRIGGER dxy_capture_{what} AFTER {on} ON public.{table} {fires} EXECUTE FUNCTION dxy.{function}('{table}'){then}"
        );
    }

    // Where nothing was derived yet, nothing can have been missed: a first install makes no history due.
    static async Task<bool> HasDerivedAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.TextsAsync("SELECT to_regclass('dxy.adopted')::text", cancellation)).Count > 0
            && (await connection.TextsAsync("SELECT '' FROM dxy.adopted LIMIT 1", cancellation)).Count > 0;
    }

    // With the last trigger that a table gets, what it holds is made due.
    static IEnumerable<Trigger> WithRecapture(List<Trigger> missing, Dictionary<string, string> late) =>
        missing.Select(
            (trigger, at) =>
                late.TryGetValue(trigger.Table, out var logical) && (at + 1 == missing.Count || missing[at + 1].Table != trigger.Table)
                    ? trigger with
                    {
                        Mend = $"{trigger.Mend}; SELECT dxy.recapture('{Quoted(trigger.Table)}', '{logical}')",
                    }
                    : trigger
        );

    static string Quoted(string table) =>
        string.Join('.', table.Split('.', 2).Select(name => $"\"{name.Replace("'", "''", StringComparison.Ordinal)}\""));
}
