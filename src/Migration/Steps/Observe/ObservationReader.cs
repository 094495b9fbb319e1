using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Observe;

/// <summary>Reads what a sample looks at: one round trip, a few short index scans.</summary>
static class ObservationReader
{
    // The last settled hour is judged, and held against what came before it.
    const int Bars = 120;

    public static async Task<ObservationFacts> ReadAsync(
        NpgsqlConnection connection,
        Run run,
        ObservedTime clock,
        CancellationToken cancellation
    )
    {
        var index = clock.Entry?.Index;
        var facts = new ObservationFacts
        {
            Symbol = run.Symbol,
            Now = clock.Now,
            Settle = clock.Settle,
            Index = index,
            Calendar = clock.Calendar,
        };
        string[] rollups = [.. clock.Entry?.Rollups.Select(timeframe => timeframe.ToString()) ?? []];
        await using var batch = new NpgsqlBatch(connection);
        batch
            .Migration("observe/prices")
            .With(run.Symbol.Name)
            .With(DateTime.MaxValue.ToUniversalTime())
            .With(Bars + (int)facts.Settle.TotalMinutes)
            .With(DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc));
        batch.Migration("observe/unequal").With(run.Symbol.Name).With(facts.LastHour.From.ToDateTime()).With(run.Name);
        batch.Migration("observe/buckets").With(run.Symbol.Name).With(facts.Settled.ToDateTime()).With(rollups);
        batch.Migration("observe/state").With(run.Symbol.Name).With(rollups).With((clock.Now - TimeSpan.FromHours(1)).ToDateTime());
        foreach (var component in index?.Components ?? [])
        {
            batch
                .Add("read_closes")
                .With(component.Symbol.Name)
                .AddRange(new TimeRange(facts.LastHour.From - index!.Rule.LookBack(index), facts.LastHour.To));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        facts = facts with
        {
            Bars = await RowsAsync(
                reader,
                row => new PricePoint(row.GetUtc(0), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3)),
                cancellation
            ),
            Unequal = await RowsAsync(reader, row => (row.GetUtc(0), row.GetString(1)), cancellation),
            Buckets = await RowsAsync(
                reader,
                row => new BucketFact(Timeframe.Parse(row.GetString(0)), Time(row, 1), row.GetBoolean(2), Time(row, 3)),
                cancellation
            ),
        };
        facts = (
            await RowsAsync(
                reader,
                row =>
                    facts with
                    {
                        Newest = Time(row, 0),
                        OldestDue = Time(row, 1),
                        DueMinutes = row.GetDouble(2),
                        Parked = row.GetInt64(3),
                        Attempts = row.GetInt32(4),
                        LegacyWrites = row.GetInt64(5),
                    },
                cancellation
            )
        )[0];
        return facts with { Components = await ClosesAsync(reader, index, cancellation) };
    }

    /// <summary>Reads the current result sets of <c>read_closes</c>, one a component.</summary>
    public static async Task<IReadOnlyList<ComponentCloses>> ClosesAsync(
        NpgsqlDataReader reader,
        IndexDefinition? index,
        CancellationToken cancellation
    )
    {
        var closes = new List<ComponentCloses>();
        foreach (var component in index?.Components ?? [])
        {
            var (column, unfit) = (new ComponentCloses(component.Symbol), new Dictionary<long, Unfit>());
            while (await reader.ReadAsync(cancellation))
            {
                UnfitInputs.Add(column, reader.GetUtc(0).Minute, reader.Bytes(1), unfit);
            }

            // As for deriving: what is no price gives no level, nor do two rows of a minute that don't say the same. The rules then find
            // the minute without one.
            new UnfitInputs(Timeframe.OneMinute).Exclude(column, unfit, 0);
            closes.Add(column);
            await reader.NextResultAsync(cancellation);
        }

        return closes;
    }

    static UtcTime? Time(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetUtc(ordinal);

    static async Task<List<T>> RowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(row(reader));
        }

        await reader.NextResultAsync(cancellation);
        return rows;
    }
}
