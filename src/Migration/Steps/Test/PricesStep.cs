using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Observe;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Test;

/// <summary>Whether the prices of the last market day, and of two hours around the switch, are plausible: see
/// <see cref="PriceRules"/>.</summary>
sealed class PricesStep() : MigrationStep("test/prices", MigrationPhase.Test)
{
    const int Day = 1440;
    const int Before = 60;

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"judge the newest {Day} bars of {context.Run.Symbol} and those around the switch by bounds, returns and their components",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        var clock = await ObservedTime.ReadAsync(connection, context.Run, cancellation);
        var day = await BarsAsync(connection, context.Run, clock.Now, default, Day + Before, cancellation);
        var (judged, faults) = await JudgeAsync(connection, context.Run, clock, day, cancellation);
        if (
            await connection.Migration("approval/switched", context.Run.Name).ValueAsync<DateTime?>(cancellation) is { } at
            && day.Count > 0
            && UtcTime.From(at) < day[0].Time + TimeSpan.FromHours(2)
        )
        {
            var (switched, hour) = (UtcTime.From(at), TimeSpan.FromHours(1));
            var (more, others) = await JudgeAsync(
                connection,
                context.Run,
                clock,
                await BarsAsync(connection, context.Run, switched + hour, switched - hour - hour, 4 * Before, cancellation),
                cancellation
            );
            (judged, faults) = (judged + more, [.. faults, .. others]);
        }

        var verdict = judged == 0 ? GateVerdict.Warn : faults.Select(fault => fault.Verdict).DefaultIfEmpty(GateVerdict.Pass).Max();
        var (floor, ceiling) = PriceRules.Bounds(context.Run.Symbol);
        var gate = new Gate(
            "test/prices",
            verdict,
            FormattableString.Invariant($"{floor:0} to {ceiling:0}, and no move that the components don't explain"),
            judged == 0 ? "there is no bar to judge"
                : faults.Count == 0 ? $"{judged} bars are plausible"
                : $"{faults.Count} of {judged} bars: "
                    + string.Join(
                        "; ",
                        faults.OrderByDescending(fault => fault.Verdict).Take(5).Select(fault => $"{fault.Time} {fault.What}")
                    ),
            "SELECT ts_utc, low, high, close FROM data_bars WHERE canonical_symbol = '"
                + context.Run.Symbol
                + "' AND timeframe = '1m' ORDER BY ts_utc DESC",
            verdict switch
            {
                GateVerdict.Pass => null,
                GateVerdict.Warn => "look at them, and 'migrate ack test/prices' when they are true",
                _ => "correct the components or './dxy derive' the minutes anew; it is looked at again by itself",
            }
        );
        return verdict == GateVerdict.Fail ? new StepOutcome.Waiting([gate], TimeSpan.FromSeconds(10)) : StepOutcome.Finished(gate);
    }

    static Task<List<PricePoint>> BarsAsync(
        NpgsqlConnection connection,
        Run run,
        UtcTime before,
        UtcTime from,
        int count,
        CancellationToken cancellation
    ) =>
        connection
            .Migration("observe/prices", run.Symbol.Name, before.ToDateTime(), count, from.ToDateTime())
            .RowsAsync(
                reader => new PricePoint(reader.GetUtc(0), reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3)),
                cancellation
            );

    static async Task<(int Judged, List<PriceFault> Faults)> JudgeAsync(
        NpgsqlConnection connection,
        Run run,
        ObservedTime clock,
        List<PricePoint> bars,
        CancellationToken cancellation
    )
    {
        if (bars.Count == 0)
        {
            return (0, []);
        }

        var range = new TimeRange(bars[0].Time, bars[^1].Time + Timeframe.OneMinute);
        var implied = new Dictionary<UtcTime, decimal>();
        if (clock.Entry?.Index is { } index)
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var component in index.Components)
            {
                batch
                    .Add("read_closes")
                    .With(component.Symbol.Name)
                    .AddRange(new TimeRange(range.From - index.Rule.LookBack(index), range.To));
            }

            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            var closes = await ObservationReader.ClosesAsync(reader, index, cancellation);
            implied = IndexRule
                .Derive(index, closes, range, index.Rule)
                .Minutes.ToDictionary(minute => minute.Time, minute => minute.Level);
        }

        // The first are what the others are held against, unless there are no others.
        var from = bars[bars.Count > 2 * Before ? Before : 0].Time;
        return (bars.Count(bar => bar.Time >= from), [.. PriceRules.Faults(bars, implied, PriceRules.Bounds(run.Symbol), from)]);
    }
}
