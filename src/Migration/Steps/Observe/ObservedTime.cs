using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Observe;

/// <summary>Market time as it is now, how fast it runs, and what the registry says of the symbol.</summary>
/// <param name="Now">The market time.</param>
/// <param name="Rate">Market seconds in a real one; 1 in production.</param>
/// <param name="Entry">The symbol's registry row; null when it has none that is active.</param>
readonly record struct ObservedTime(UtcTime Now, double Rate, RegistryEntry? Entry)
{
    /// <summary>What reading, deriving and writing may take, real time.</summary>
    static readonly TimeSpan Work = TimeSpan.FromSeconds(5);

    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>When bars of the symbol are expected.</summary>
    public required MarketCalendar Calendar { get; init; }

    public UtcTime Minute => Now.Floor(Timeframe.OneMinute);

    /// <summary>How long after its end a bar may be on its way, market time: the derivers' grace, and the moments that work
    /// takes.</summary>
    public TimeSpan Settle => new DerivingOptions().Grace + TimeSpan.FromSeconds(Math.Min(Work.TotalSeconds * Rate, Longest.TotalSeconds));

    /// <summary>The real time until market time gets there; at most a minute, at least a millisecond.</summary>
    public TimeSpan Until(UtcTime time) => TimeSpan.FromSeconds(Math.Clamp((time - Now).TotalSeconds / Rate, 0.001, 60));

    /// <exception cref="FormatException">The registry's row makes no sense.</exception>
    public static async Task<ObservedTime> ReadAsync(NpgsqlConnection connection, Run run, CancellationToken cancellation)
    {
        var periods = await CalendarStore.ReadAsync(connection, cancellation);
        return (
            await connection
                .Migration("observe/clock", run.Symbol.Name)
                .RowsAsync(
                    reader => new ObservedTime(
                        reader.GetUtc(0),
                        reader.GetDouble(1),
                        reader.IsDBNull(2) ? null : RegistryStore.Entry(run.Symbol.Name, Text(reader, 3), null, true, reader.GetString(2))
                    )
                    {
                        Calendar = MarketCalendar.Of(periods, Text(reader, 3)),
                    },
                    cancellation
                )
        )[0];
    }

    static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
