using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// Ten years derived by the console in a process of its own, beside single years in the same table; then live minutes into all of it.
/// Some 26 million rows, in one piece or in monthly partitions.
/// </summary>
internal sealed class TenYearsMeasurement(bool divided) : IMeasurement
{
    static readonly TimeRange Decade = new(UtcTime.At(2010, 1, 1), UtcTime.At(2020, 1, 1));
    static readonly int[] Single = [2011, 2014, 2018];

    // All within the last two hours: older minutes wait behind what the sweep finds missing of the pairs' rollups, which nobody derived.
    const int WarmUp = 20;
    const int Minutes = 80;

    public string Name => divided ? "ten-years-monthly" : "ten-years";

    public string What =>
        $"derive ten years beside single ones, with the peak memory, and live minutes among 26 million "
        + $"rows{(divided ? ", in monthly partitions" : "")}; some minutes, 12 GB of disc";

    public int Rounds => 1;

    public bool OnlyWhenNamed => true;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.RemakeBarsAsync(divided ? new Partitions(Decade.From) : null, cancellation);
        await SimulatedBars.FillAsync(server, Decade, weekends: false, cancellation);
        await server.TidyAsync(cancellation);
        var (years, ten) = (new List<ConsoleProcess.Derived>(), new List<ConsoleProcess.Derived>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var year in Single)
            {
                years.Add(await DeriveAsync(server, new TimeRange(UtcTime.At(year, 1, 1), UtcTime.At(year + 1, 1, 1)), cancellation));
                await server.SettleAsync(cancellation);
            }

            await ClearAsync(server, cancellation);
            ten.Add(await DeriveAsync(server, Decade, cancellation));
            if (round < rounds - 1)
            {
                await ClearAsync(server, cancellation);
            }
        }

        await server.TidyAsync(cancellation);
        var rows = await server.ValueAsync<long>("SELECT count(*) FROM public.data_bars", cancellation);
        LiveTimes times;
        await using (var loop = await LiveLoop.StartAsync(server, WarmUp + Minutes, cancellation))
        {
            await loop.RunAsync(WarmUp, true, null, cancellation);
            times = await loop.RunAsync(Minutes, true, null, cancellation);
        }

        await server.RemakeBarsAsync(null, cancellation);
        return Tell(rows, years, ten, times);
    }

    Result Tell(long rows, List<ConsoleProcess.Derived> years, List<ConsoleProcess.Derived> ten, LiveTimes times)
    {
        var rate = new Samples("a year", "s", [.. years.Select(year => year.Seconds / year.Inserted)]).Median;
        var memory = new Samples("peak memory of the process that derives one year", "MiB", [.. years.Select(year => year.PeakMegabytes)]);
        var most = new Samples("peak memory of the process that derives ten years", "MiB", [.. ten.Select(all => all.PeakMegabytes)]);
        return new Result(
            Name,
            [
                new Ratio(
                    new Samples(
                        "derive ten years by as many minutes of single years, times",
                        "×",
                        [.. ten.Select(all => all.Seconds / all.Inserted / rate)]
                    ),
                    Aim.OfAtMost(1.1)
                ),
                new Ratio(most, Aim.OfAtMost(400)),
                new Ratio(
                    new Samples("peak memory of ten years by that of one", "×", [.. ten.Select(all => all.PeakMegabytes / memory.Median)]),
                    Aim.OfAtMost(1.1)
                ),
                new Ratio(
                    new Samples("sixth bar to DXY row, p50 by a bare commit's p50", "×", [times.Derived.Median / times.Commits.Median]),
                    Aim.OfAtMost(2.5)
                ),
                new Ratio(
                    new Samples(
                        "sixth bar to DXY row, p99 by a bare commit's p50",
                        "×",
                        [times.Derived.Percentile(0.99) / times.Commits.Median]
                    ),
                    Aim.OfAtMost(40)
                ),
            ],
            [
                new Samples("derive ten years, rollups included", "s", [.. ten.Select(all => all.Seconds)]),
                new Samples("derive one year, rollups included", "s", [.. years.Select(year => year.Seconds)]),
                new Samples("derive ten years", "bars/s", [.. ten.Select(all => all.Inserted / all.Seconds)]),
                memory,
                times.Commits.At("bare commit of one row, p50", 0.5),
                times.Derived.At("sixth bar published to DXY row committed, p50", 0.5),
                times.Derived.At("sixth bar published to DXY row committed, p99", 0.99),
            ],
            [
                $"{rows:N0} rows in data_bars at the end{(divided ? ", in monthly partitions" : ", in one piece")}: six simulated pairs "
                    + $"from Sunday 22:00 to Friday 22:00 UTC, 2010 to 2019, and DXY.",
                $"The years are {string.Join(", ", Single)}, derived before the ten into the same table, then removed again. Times are "
                    + $"the console's own, its start left out.",
                $"{Minutes} live minutes after {WarmUp} thrown away; the bare commit goes into a table without these rows.",
            ]
        );
    }

    static async Task<ConsoleProcess.Derived> DeriveAsync(BenchServer server, TimeRange range, CancellationToken cancellation)
    {
        var derived = await ConsoleProcess.DeriveAsync(server, range, cancellation);
        var due = await server.ValueAsync<long>(
            $"SELECT count(*) FROM public.data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m' AND ts_utc >= '{range.From}' "
                + $"AND ts_utc < '{range.To}'",
            cancellation
        );
        return derived.Inserted == due
            ? derived
            : throw new InvalidOperationException(
                $"{derived.Inserted} DXY bars were derived where there were {due} minutes; the measurement is void."
            );
    }

    static async Task ClearAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.UnrecordedAsync(
            "DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'; TRUNCATE public.derived_data_bars, "
                + "dxy.change, dxy.due, dxy.correction",
            cancellation
        );
        await server.TidyAsync(cancellation);
    }
}
