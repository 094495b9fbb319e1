using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Forming;

/// <summary>A forming bar as it was last saved.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Source">The source its final will bear.</param>
/// <param name="Revision">How often it was saved; 0 before the first time.</param>
/// <param name="IsSettled">Its final is stored already; only this row's removal was lost.</param>
public sealed record SavedForming(FormingBar Bar, string Source, long Revision, bool IsSettled = false);

/// <summary>
/// Forming minutes in <c>dxy.forming_bar</c>, saved by compare-and-set on the revision: a crash loses no tick seen before the last save,
/// and of two activations only one can save.
/// </summary>
public sealed class FormingBarStore(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<SavedForming>> LoadAsync(Series series, CancellationToken cancellation)
    {
        await using var command = database.Statement("load_forming");
        command.Parameters.AddSeries(series);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var forming = new List<SavedForming>();
        while (await reader.ReadAsync(cancellation))
        {
            forming.Add(
                new SavedForming(
                    new FormingBar(
                        series,
                        reader.GetUtc(0),
                        reader.GetDecimal(1),
                        reader.GetDecimal(2),
                        reader.GetDecimal(3),
                        reader.GetDecimal(4),
                        reader.GetUtc(5),
                        reader.GetUtc(6),
                        reader.GetInt32(7)
                    ),
                    reader.GetString(8),
                    reader.GetInt64(9),
                    reader.GetBoolean(10)
                )
            );
        }

        return forming;
    }

    /// <summary>Saves the next revision; false when somebody else saved since.</summary>
    public async Task<bool> SaveAsync(SavedForming saved, CancellationToken cancellation)
    {
        var bar = saved.Bar;
        await using var command = database.Statement("save_forming");
        command
            .Parameters.AddSeries(bar.Series)
            .With(bar.Time.ToDateTime())
            .With(Price.Round(bar.Open))
            .With(Price.Round(bar.High))
            .With(Price.Round(bar.Low))
            .With(Price.Round(bar.Close))
            .With(bar.FirstTick.ToDateTime())
            .With(bar.LastTick.ToDateTime())
            .With(bar.Ticks)
            .With(saved.Source)
            .With(saved.Revision);
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>The revision a minute stands at, 0 when it was never saved: another than one's own means that somebody else has it
    /// now.</summary>
    public async Task<long> RevisionAsync(Series series, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.Statement("forming_revision");
        command.Parameters.AddSeries(series).With(time.ToDateTime());
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Removes a minute whose final is stored.</summary>
    public async Task RemoveAsync(Series series, UtcTime time, CancellationToken cancellation)
    {
        await using var command = database.Statement("remove_forming");
        command.Parameters.AddSeries(series).With(time.ToDateTime());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The series that have a forming minute which ended: their grains have to close it.</summary>
    public async Task<IReadOnlyList<Series>> OverdueAsync(CancellationToken cancellation)
    {
        await using var command = database.Statement("overdue_forming");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var overdue = new List<Series>();
        while (await reader.ReadAsync(cancellation))
        {
            overdue.Add(new Series(Symbol.Parse(reader.GetString(0)), Timeframe.Parse(reader.GetString(1))));
        }

        return overdue;
    }
}
