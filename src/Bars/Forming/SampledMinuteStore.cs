using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Forming;

/// <summary>A sampled minute as it was last saved.</summary>
/// <param name="Minute">It.</param>
/// <param name="Revision">How often it was saved; 0 before the first time.</param>
public sealed record SavedSamples(SampledMinute Minute, long Revision);

/// <summary>
/// What is being sampled of indexes, in <c>dxy.sampled_minute</c>, saved by compare-and-set on the revision: a crash loses no sample taken
/// before the last save, and of two activations only one can save.
/// </summary>
public sealed class SampledMinuteStore(NpgsqlDataSource database)
{
    /// <summary>The minutes that haven't ended when they were last saved, ascending.</summary>
    public async Task<IReadOnlyList<SavedSamples>> LoadAsync(Symbol index, CancellationToken cancellation)
    {
        await using var command = database.Statement("load_sampled");
        command.Parameters.With(index.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var saved = new List<SavedSamples>();
        while (await reader.ReadAsync(cancellation))
        {
            saved.Add(new SavedSamples(Read(reader), reader.GetInt64(7)));
        }

        return saved;
    }

    /// <summary>Saves the next revision; false when somebody else saved since. With its end the minute is due.</summary>
    public async Task<bool> SaveAsync(Symbol index, SavedSamples saved, bool isEnded, CancellationToken cancellation)
    {
        var minute = saved.Minute;
        await using var command = database.Statement("save_sampled");
        command
            .Parameters.With(index.Name)
            .With(minute.Time.ToDateTime())
            .With(minute.Open)
            .With(minute.High)
            .With(minute.Low)
            .With(minute.Last)
            .With(minute.Samples)
            .With(minute.Expected)
            .With(isEnded)
            .With(saved.Revision)
            .With(DerivingRules.Sampled.Version);
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>Reads the rows of <c>read_sampled</c>.</summary>
    public static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<UtcTime, SampledMinute> into, CancellationToken cancellation)
    {
        while (await reader.ReadAsync(cancellation))
        {
            into[reader.GetUtc(0)] = Read(reader);
        }
    }

    static SampledMinute Read(NpgsqlDataReader reader) =>
        new(
            reader.GetUtc(0),
            reader.GetDecimal(1),
            reader.GetDecimal(2),
            reader.GetDecimal(3),
            reader.GetDecimal(4),
            reader.GetInt32(5),
            reader.GetInt32(6)
        );
}
