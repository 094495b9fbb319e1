using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps;

/// <summary>Asking the live derivers for bars, and waiting until they have made them: a migration derives nothing itself.</summary>
static class DueWork
{
    public static Task AskAsync(
        RunTransaction transaction,
        Series target,
        IReadOnlyList<TimeRange> ranges,
        CancellationToken cancellation
    ) =>
        transaction
            .Connection.Migration(
                "derive/ask_due",
                target.Symbol.Name,
                target.Timeframe.ToString(),
                ranges.Select(range => range.From.ToDateTime()).ToArray(),
                ranges.Select(range => range.To.ToDateTime()).ToArray()
            )
            .RunAsync(cancellation);

    /// <summary>Derives what was asked for in the range itself, a slice a call; whether nothing is left but what can't be derived
    /// now.</summary>
    public static async Task<bool> WorkOffAsync(RunContext context, Series target, TimeRange range, CancellationToken cancellation)
    {
        if (
            await context
                .Database.Migration(
                    "derive/workable_due",
                    target.Symbol.Name,
                    target.Timeframe.ToString(),
                    range.From.ToDateTime(),
                    range.To.ToDateTime()
                )
                .ValueAsync<long>(cancellation) == 0
        )
        {
            return true;
        }

        var registry = await new RegistryStore(context.Database).LoadAsync(cancellation);
        return TargetRules.For(registry, target, new DerivingOptions()) is not { } rule
            || (await new Deriver(context.Database, rule).ProcessSliceAsync(cancellation)).Window is null;
    }

    /// <summary>Whether everything asked for in the range is worked off.</summary>
    public static async Task<Gate> CheckAsync(
        RunContext context,
        string gate,
        Series target,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        var (count, first, error, silos) = (
            await context
                .Database.Migration(
                    "derive/still_due",
                    target.Symbol.Name,
                    target.Timeframe.ToString(),
                    range.From.ToDateTime(),
                    range.To.ToDateTime(),
                    Heartbeat.Fresh
                )
                .RowsAsync(
                    reader =>
                        (
                            reader.GetInt64(0),
                            reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1),
                            reader.IsDBNull(2) ? null : reader.GetString(2),
                            reader.GetInt64(3)
                        ),
                    cancellation
                )
        )[0];
        return Gate.Of(
            gate,
            count == 0,
            $"{target}: what was asked for in {range} is derived",
            count == 0 ? "nothing is due there" : $"{count} ranges are due, the first from {first}{(error is null ? "" : $": {error}")}",
            "SELECT * FROM dxy.due",
            error is not null ? "'./dxy due --poison' says what is stuck"
                : silos == 0 ? "a silo has to be running: './dxy up'"
                : $"wait: {silos} silos are alive and derive what is due in its turn; './dxy due' shows it"
        );
    }
}
