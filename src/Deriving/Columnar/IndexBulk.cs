using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>
/// An index's minutes of a long window: the components' closes read as packed columns in one round trip, what is stored by COPY, the
/// formula over columns, the comparison here, so that what stands already neither travels nor is looked at by the server again.
/// </summary>
static class IndexBulk
{
    /// <returns>
    /// Null where some stored bars carry another version than the index's, a close is none or stands twice and not the same, or a level
    /// can't be a price: those minutes are derived one by one.
    /// </returns>
    public static async Task<IBarBlock?> DeriveAsync(
        NpgsqlConnection connection,
        IndexDefinition definition,
        TimeRange window,
        IDerivingRule? asked,
        Route route,
        CancellationToken cancellation
    )
    {
        // Bars are compared with the table they are written to, their versions are read from the one that is read.
        if (route.Written != route.Read)
        {
            return null;
        }

        var rule = asked ?? definition.Rule;
        if (rule.NeedsSamples)
        {
            // Samples go with their minutes one by one; a long window has none but where it was live.
            rule = rule.WithoutSamples(definition);
            if (
                await HasSamplesAsync(connection, definition, window, cancellation)
                || (asked is not null && await HasOthersAsync(connection, definition, rule, window, route, cancellation))
            )
            {
                return null;
            }
        }

        await using var batch = new NpgsqlBatch(connection);
        var reach = new TimeRange(window.From - rule.LookBack(definition), window.To);
        foreach (var component in definition.Components)
        {
            batch.Add("read_close_columns").With(component.Symbol.Name).AddRange(reach);
        }

        var (grid, isUnfit) = (new CloseGrid(definition, reach), false);
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            for (var i = 0; i < definition.Components.Length; i++)
            {
                await reader.ReadAsync(cancellation);
                isUnfit |= !Place(grid, i, reader.Bytes(0), reader.Bytes(1));
                await reader.NextResultAsync(cancellation);
            }
        }

        if (isUnfit)
        {
            return null;
        }

        using var stored = await CopiedBytes.ReadAsync(
            connection,
            $"copy_flat_{route.Written.Name}",
            definition.Series,
            window,
            cancellation
        );
        IndexBlock levels;
        try
        {
            levels = IndexBlockRule.Derive(definition, grid, window, rule);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        var block = new IndexBarBlock(levels, stored.Rows);
        return
            asked is null
            && !block.IsNew
            && block.Differing.Count > 0
            && await HasOthersAsync(connection, definition, rule, window, route, cancellation)
            ? null
            : block;
    }

    // False when a minute has two closes, or one that is none.
    static bool Place(CloseGrid grid, int component, ReadOnlySpan<byte> times, ReadOnlySpan<byte> closes)
    {
        var isOne = true;
        for (var n = 0; n < times.Length / 8; n++)
        {
            var close = StoredColumns.ReadDouble(ref closes);
            if (StoredColumns.TryMinute(times, n, out var minute))
            {
                isOne &= Price.IsOne(close) && grid.Place(component, minute, close);
            }
        }

        return isOne;
    }

    static async Task<bool> HasSamplesAsync(
        NpgsqlConnection connection,
        IndexDefinition definition,
        TimeRange window,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("has_sampled");
        command.Parameters.With(definition.Symbol.Name).AddRange(window);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static async Task<bool> HasOthersAsync(
        NpgsqlConnection connection,
        IndexDefinition definition,
        IDerivingRule rule,
        TimeRange window,
        Route route,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(connection.Bound(route.Read.ReadVersions), connection);
        command.Parameters.AddSeries(definition.Series).AddRange(window).With(rule.Version);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation);
    }
}
