using Npgsql;

namespace DxyOrleans.Storage.Schema;

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
        await using var command = database.CreateCommand(Sql.Text("checks/capture_missing.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            missing.Add(new Trigger($"{reader.GetString(0)}.{reader.GetString(1)}", reader.GetString(2), reader.GetBoolean(3), reader.GetString(4)));
        }

        return missing;
    }

    /// <summary>The triggers a table of bars will get once it is made.</summary>
    public static IEnumerable<Trigger> ForNewTable(string table) => table is "data_bars" or "derived_data_bars"
        ? [Of(table, "insert", "NEW TABLE AS new_rows"), Of(table, "update", "OLD TABLE AS old_rows NEW TABLE AS new_rows"), Of(table, "delete", "OLD TABLE AS old_rows")]
        : [];

    static Trigger Of(string table, string what, string transitions)
    {
        var function = table == "derived_data_bars" && what == "update" ? "capture_update_derived" : $"capture_{what}";
        return new Trigger($"public.{table}", $"dxy_capture_{what}", false,
            $"CREATE TRIGGER dxy_capture_{what} AFTER {what.ToUpperInvariant()} ON public.{table} REFERENCING {transitions} FOR EACH STATEMENT EXECUTE FUNCTION dxy.{function}('{table}')");
    }
}
