using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Engine;

/// <summary>The server's write position at an instant, to tell its rate from at the next look.</summary>
/// <param name="Wal">Bytes.</param>
/// <param name="At">Real time, by the server's clock.</param>
public sealed record WalMark(long Wal, DateTime At);

/// <summary>What a look came to.</summary>
/// <param name="Held">Set when the next batch has to wait.</param>
/// <param name="Mark">To be given to the next look.</param>
/// <param name="IsLive">Whether live minutes come: batches are small then.</param>
public readonly record struct ThrottleReading(StepOutcome.Throttled? Held, WalMark Mark, bool IsLive = false);

/// <summary>Looks at the server before each batch, see <see cref="ThrottleRule"/>. It remembers nothing: the mark goes into the step's
/// checkpoint.</summary>
public static class Throttle
{
    // A minute that is being derived this instant is let through first, for as long as deriving one takes.
    const int Yields = 5;

    static readonly TimeSpan Yield = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>Whether the next batch may be done now.</summary>
    /// <param name="context">The run.</param>
    /// <param name="last">The mark of the batch before; null: there was none, and no rate is known.</param>
    /// <param name="cancellation">Ends the looking.</param>
    public static async Task<ThrottleReading> CheckAsync(RunContext context, WalMark? last, CancellationToken cancellation)
    {
        for (var yields = 0; ; yields++)
        {
            var (signs, mark, live) = await ReadOnceAsync(context, last, cancellation);
            if (ThrottleRule.Judge(context.Run.Settings, signs) is { } reason)
            {
                return new ThrottleReading(new StepOutcome.Throttled(reason, Again), mark, live);
            }

            if (signs.LiveLateSeconds is null || yields == Yields)
            {
                return new ThrottleReading(null, mark, live);
            }

            // On the process's clock: it is over before anybody could move another one.
            await Task.Delay(Yield, TimeProvider.System, cancellation);
        }
    }

    /// <summary>What can be seen now. A live minute's wait is null where none waits.</summary>
    public static async Task<(ThrottleSignals Signs, WalMark Mark)> SignsAsync(
        RunContext context,
        WalMark? last,
        CancellationToken cancellation
    )
    {
        var (signs, mark, _) = await ReadOnceAsync(context, last, cancellation);
        return (signs, mark);
    }

    static async Task<(ThrottleSignals Signs, WalMark Mark, bool IsLive)> ReadOnceAsync(
        RunContext context,
        WalMark? last,
        CancellationToken cancellation
    )
    {
        await using var command = context.Database.Migration("throttle/look");
        command.Parameters.With(context.Run.Symbol.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var mark = new WalMark(reader.GetInt64(2), reader.GetDateTime(4));
        double? rate = last is null || mark.At <= last.At ? null : (mark.Wal - last.Wal) / 1e6 / (mark.At - last.At).TotalSeconds;
        return (
            new ThrottleSignals(
                reader.IsDBNull(0) ? null : reader.GetDouble(0),
                reader.IsDBNull(1) ? null : reader.GetInt32(1),
                rate,
                reader.IsDBNull(3) ? null : reader.GetDouble(3)
            ),
            mark,
            reader.GetBoolean(5)
        );
    }
}
