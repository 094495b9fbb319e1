using DxyOrleans.Bars.Routes;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>Bars as a host's columns hold them: what is compared with what is stored, and what is stored.</summary>
public static class StoredRows
{
    /// <summary>The rows as they read from the table after they were written there; themselves where its columns hold every bar.</summary>
    public static IReadOnlyList<BarRow> AsStored(this IReadOnlyList<BarRow> rows, NpgsqlConnection connection, BarTable table)
    {
        var binding = HostBindings.Of(connection);
        return binding.IsPlain
            ? rows
            :
            [
                .. rows.Select(row =>
                    row with
                    {
                        Bar = binding.Precision(table.Name, row.Bar.Symbol).Stored(row.Bar),
                        Raw = binding[table.Name].KeepsProvenance(row.Bar.Symbol) ? row.Raw : null,
                    }
                ),
            ];
    }
}
