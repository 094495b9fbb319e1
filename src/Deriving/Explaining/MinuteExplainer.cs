using System.Data;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>Why an index's minute is as it is, or missing: all that is read for it is of one snapshot, in two round trips and the
/// transaction's end.</summary>
/// <param name="database">Where.</param>
/// <param name="between">Called between the two; tests change the tables there.</param>
public sealed class MinuteExplainer(NpgsqlDataSource database, Func<CancellationToken, Task>? between = null)
{
    /// <summary>Explains one minute.</summary>
    /// <param name="index">The index; the minute is of the period that was valid then.</param>
    /// <param name="time">The minute's open.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<MinuteExplanation> ExplainAsync(IndexDefinition index, UtcTime time, CancellationToken cancellation)
    {
        index = index.At(time);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var facts = await ReadAsync(connection, index, time, cancellation);
        var table = HostBindings.Of(database)[facts.Table.Name];
        return ExplanationRules.Explain(index, time, facts, table.Precision(index.Symbol).Close, table.KeepsProvenance(index.Symbol));
    }

    async Task<MinuteFacts> ReadAsync(NpgsqlConnection connection, IndexDefinition index, UtcTime time, CancellationToken cancellation)
    {
        var (facts, around) = await ReadMinuteAsync(connection, index, time, cancellation);
        if (between is not null)
        {
            await between(cancellation);
        }

        // Where each component's close came from, by the row where there is one, else by the rule; and what the bar before was made of.
        var origins = index.Components.Select((_, i) => ExplanationRules.Origin(index, time, facts.Stored, i, around[i])).ToList();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (component, origin) in index.Components.Zip(origins).Where(pair => pair.Second != time))
        {
            Add(batch, component, origin);
        }

        if (facts.BeforeTime is { } before)
        {
            batch.AddBound(BarReader.Command(facts.Table, index.Series, Minute(before)));
            foreach (var component in index.Components)
            {
                Add(batch, component, before);
            }
        }

        if (batch.BatchCommands.Count == 0)
        {
            return facts with { Components = [.. around.Select(at => new ComponentFacts(at, at, 0, null))] };
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var from = new List<ComponentAround>();
        foreach (var (component, (origin, at)) in index.Components.Zip(origins.Zip(around)))
        {
            from.Add(origin == time ? at : await AroundAsync(reader, component.Symbol, origin, cancellation));
        }

        var closes = new double?[index.Components.Length];
        if (facts.BeforeTime is { } earlier)
        {
            facts = facts with { Before = await BarAsync(reader, index.Series, cancellation) };
            for (var i = 0; i < closes.Length; i++)
            {
                closes[i] = (await AroundAsync(reader, index.Components[i].Symbol, earlier, cancellation)).Close;
            }
        }

        return facts with
        {
            Components = [.. around.Select((at, i) => new ComponentFacts(at, from[i], (int)(time - origins[i]).TotalMinutes, closes[i]))],
        };
    }

    static async Task<(MinuteFacts Facts, List<ComponentAround> Around)> ReadMinuteAsync(
        NpgsqlConnection connection,
        IndexDefinition index,
        UtcTime time,
        CancellationToken cancellation
    )
    {
        BarTable[] tables = [BarTable.Data, BarTable.Derived];
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("read_route").With(index.Symbol.Name);
        batch.Add("read_told").AddSeries(index.Series);
        batch.Add("read_reason").AddSeries(index.Series).With(time.ToDateTime());
        batch.Add("count_corrections").AddSeries(index.Series).With(time.ToDateTime());
        foreach (var table in tables)
        {
            batch.AddBound(BarReader.Command(table, index.Series, Minute(time)));
            NewestBars.Add(batch, table, index.Series, time, 1);
        }

        foreach (var component in index.Components)
        {
            Add(batch, component, time);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var route = await Route.ReadAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        var (now, isDue) = (default(UtcTime), false);
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetUtc(2);
            isDue |= !reader.IsDBNull(0) && reader.GetUtc(0) <= time && time < reader.GetUtc(1);
        }

        await reader.NextResultAsync(cancellation);
        var reason = await reader.ReadAsync(cancellation) && !reader.IsDBNull(0) ? reader.GetString(0) : null;
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var corrections = reader.GetInt32(0);
        await reader.NextResultAsync(cancellation);
        var (stored, before) = ((StoredBar?)null, (UtcTime?)null);
        foreach (var table in tables)
        {
            var bar = await BarAsync(reader, index.Series, cancellation);
            await reader.ReadAsync(cancellation);
            UtcTime? newest = reader.IsDBNull(0) ? null : reader.GetUtc(0);
            await reader.NextResultAsync(cancellation);
            (stored, before) = table == route.Read ? (bar, newest) : (stored, before);
        }

        var around = new List<ComponentAround>();
        foreach (var component in index.Components)
        {
            around.Add(await AroundAsync(reader, component.Symbol, time, cancellation));
        }

        return (new MinuteFacts(route.Read, now, stored, null, before, isDue, reason, corrections, []), around);
    }

    static TimeRange Minute(UtcTime time) => new(time, time + Timeframe.OneMinute);

    static void Add(NpgsqlBatch batch, IndexComponent component, UtcTime time) =>
        batch.Add("component_around").With(component.Symbol.Name).With(time.ToDateTime());

    // Each of these leaves the reader at the result after its own.
    static async Task<StoredBar?> BarAsync(NpgsqlDataReader reader, Series series, CancellationToken cancellation)
    {
        var bars = (await BarReader.ReadAsync(reader, series, cancellation)).Bars;
        await reader.NextResultAsync(cancellation);
        return bars.Count > 0 ? bars[0] : null;
    }

    static async Task<ComponentAround> AroundAsync(NpgsqlDataReader reader, Symbol symbol, UtcTime time, CancellationToken cancellation)
    {
        await reader.ReadAsync(cancellation);
        var rows = reader.GetInt32(1);
        var (close, unfit) =
            rows == 0 ? (null, null) : Close(symbol, time, reader.IsDBNull(0) ? [] : reader.GetFieldValue<byte[]>(0), rows);
        var around = new ComponentAround(
            close,
            unfit,
            !reader.IsDBNull(2) && reader.GetBoolean(2),
            reader.IsDBNull(3) ? null : reader.GetUtc(3),
            reader.IsDBNull(4) ? null : reader.GetUtc(4)
        );
        await reader.NextResultAsync(cancellation);
        return around;
    }

    static (double? Close, string? Unfit) Close(Symbol symbol, UtcTime time, byte[] number, int rows) =>
        BarReader.TryClose(new Series(symbol, Timeframe.OneMinute), time, number, out var close, out var unfit) ? (close, null)
        : number.Length == 0 && rows > 1 ? (null, $"{symbol}/1m stands twice in the table at {time}, and the rows don't say the same")
        : (null, unfit.Reason);
}
