using CsCheck;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class ObservationWindowTests
{
    // A Monday, 08:00Z, and a Friday an hour before the market closes (22:00Z in winter).
    static readonly UtcTime Monday = UtcTime.At(2024, 3, 4, 8);
    static readonly UtcTime Friday = UtcTime.At(2024, 3, 1, 21);
    static readonly RunSettings Settings = new();

    static ObservationWindow Run(UtcTime from, int minutes, Func<int, GateVerdict?> verdict, ObservationWindow? before = null)
    {
        var window = before ?? ObservationWindow.Empty;
        for (var i = 0; i < minutes; i++)
        {
            var minute = from + TimeSpan.FromMinutes(i);
            window = verdict(i) is { } seen
                ? window.Add(new WindowSample(minute, seen, FxWeek.IsOpen(minute)), Settings.FailMinutes)
                : window;
        }

        return window;
    }

    static ObservationWindow Healthy(UtcTime from, int minutes) => Run(from, minutes, _ => GateVerdict.Pass);

    [Fact]
    public void A_healthy_day_of_open_market_reaches_it_and_a_minute_less_does_not()
    {
        Assert.Equal(["24.0 of 24 hours have passed"], Healthy(Monday, 1440).Lacking(Settings));

        var reached = Healthy(Monday, 1441);
        Assert.Empty(reached.Lacking(Settings));
        Assert.Equal((1441, 0, TimeSpan.FromHours(24)), (reached.Healthy, reached.Missing(MarketCalendar.Rule), reached.Length));
    }

    [Theory]
    [InlineData("2024-03-04T20:00:00Z", 1440)]
    [InlineData("2024-03-01T21:30:00Z", 30)]
    [InlineData("2024-03-01T23:00:00Z", 0)]
    [InlineData("2024-03-02T17:00:00Z", 0)]
    public void Only_minutes_of_open_market_are_healthy_so_that_no_weekend_passes_for_nothing(string begin, int healthy)
    {
        var window = Healthy(UtcTime.Parse(begin), 1440);

        Assert.Equal(healthy, window.Healthy);
        Assert.NotEmpty(window.Lacking(Settings));
    }

    [Theory]
    [InlineData("2024-03-01T21:30:00Z", "2024-03-04T21:30:00Z")]
    [InlineData("2024-03-08T21:30:00Z", "2024-03-11T20:30:00Z")]
    [InlineData("2024-11-01T20:30:00Z", "2024-11-04T21:30:00Z")]
    [InlineData("2023-12-22T21:30:00Z", "2023-12-26T21:30:00Z")]
    [InlineData("2024-03-03T22:00:00Z", "2024-03-04T22:00:00Z")]
    public void Begun_before_a_weekend_a_clock_change_or_Christmas_it_is_reached_when_a_market_day_has_been_healthy(
        string begin,
        string reached
    )
    {
        var from = UtcTime.Parse(begin);
        var minutes = (int)(UtcTime.Parse(reached) - from).TotalMinutes;

        Assert.NotEmpty(Healthy(from, minutes - 1).Lacking(Settings));
        Assert.Empty(Healthy(from, minutes + 1).Lacking(Settings));
    }

    [Fact]
    public void Five_minutes_of_failure_are_only_not_healthy_and_the_sixth_begins_it_again_once_it_ends()
    {
        var five = Run(Monday, 100, i => i is >= 50 and < 55 ? GateVerdict.Fail : GateVerdict.Pass);
        Assert.Equal((Monday, 95, 0), (five.Began!.Value, five.Healthy, five.Restarts));

        var during = Run(Monday, 56, i => i >= 50 ? GateVerdict.Fail : GateVerdict.Pass);
        Assert.Equal((null, 0, 1), (during.Began, during.Healthy, during.Restarts));
        Assert.Contains("it failed for 6 minutes of open market, and begins again when that ends", during.Lacking(Settings));

        var after = Run(Monday, 100, i => i is >= 50 and < 56 ? GateVerdict.Fail : GateVerdict.Pass);
        Assert.Equal((Monday + TimeSpan.FromMinutes(56), 44, 1), (after.Began!.Value, after.Healthy, after.Restarts));
    }

    [Fact]
    public void A_weekend_neither_breaks_a_failure_nor_makes_it_longer()
    {
        var open = UtcTime.At(2024, 3, 3, 22);
        var window = Run(Friday, 60, i => i >= 57 ? GateVerdict.Fail : GateVerdict.Pass);
        window = Run(Friday + TimeSpan.FromHours(1), 2880, _ => GateVerdict.Fail, window);
        Assert.Equal((Friday, 3, 57), (window.Began!.Value, window.Failing, window.Healthy));

        Assert.Equal(Friday, Run(open, 2, _ => GateVerdict.Fail, window).Began);
        Assert.Null(Run(open, 3, _ => GateVerdict.Fail, window).Began);
        Assert.Equal(Friday, Run(open, 3, i => i < 2 ? GateVerdict.Fail : GateVerdict.Pass, window).Began);
    }

    [Fact]
    public void Minutes_without_a_sample_neither_count_nor_begin_it_again_and_are_told()
    {
        var window = Run(Monday, 1500, i => i is >= 100 and < 400 ? null : GateVerdict.Pass);

        Assert.Equal((Monday, 1200, 300, 0), (window.Began!.Value, window.Healthy, window.Missing(MarketCalendar.Rule), window.Restarts));
        Assert.Equal(["1200 of 1440 minutes of open market were healthy"], window.Lacking(Settings));
    }

    [Fact]
    public void A_gap_in_the_samples_does_not_break_a_failure()
    {
        var window = Run(Monday, 100, i => i switch
            {
                < 50 => GateVerdict.Pass,
                < 53 => GateVerdict.Fail,
                < 90 => null,
                < 93 => GateVerdict.Fail,
                _ => GateVerdict.Pass,
            });

        Assert.Equal((Monday + TimeSpan.FromMinutes(93), 1), (window.Began!.Value, window.Restarts));
    }

    [Fact]
    public void What_could_not_be_seen_is_neither_healthy_nor_failed()
    {
        var window = Run(Monday, 100, i => i < 60 ? GateVerdict.Warn : GateVerdict.Pass);

        Assert.Equal((Monday, 40, 0, 0), (window.Began!.Value, window.Healthy, window.Missing(MarketCalendar.Rule), window.Restarts));
    }

    [Fact]
    public void It_is_not_reached_while_it_fails()
    {
        var window = Run(Monday, 1502, i => i >= 1500 ? GateVerdict.Fail : GateVerdict.Pass);

        Assert.Equal(["it has been failing for 2 minutes of open market"], window.Lacking(Settings));
    }

    [Fact]
    public void A_sample_that_is_not_later_is_refused() =>
        Assert.Throws<ArgumentException>(() => Healthy(Monday, 10).Add(new WindowSample(Monday, GateVerdict.Pass, true), 5));

    // Verdicts in stretches, so that runs of every length come; about a sample in ten is missing.
    static readonly Gen<WindowSample[]> Samples = Gen.Select(
        Gen.Int[0, 6 * 1440],
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 9], (length, kind) => Enumerable.Repeat(kind, length)).Array[1, 60],
        Gen.Int[0, 9].Array[480],
        (offset, stretches, lost) =>
            stretches
                .SelectMany(stretch => stretch)
                .Zip(lost)
                .Select(
                    (pair, i) =>
                        (Minute: Monday - TimeSpan.FromDays(4) + TimeSpan.FromMinutes(offset + i), Kind: pair.First, Lost: pair.Second == 0)
                )
                .Where(minute => !minute.Lost)
                .Select(minute => new WindowSample(
                    minute.Minute,
                    minute.Kind switch
                    {
                        < 4 => GateVerdict.Pass,
                        4 => GateVerdict.Warn,
                        _ => GateVerdict.Fail,
                    },
                    FxWeek.IsOpen(minute.Minute)
                ))
                .ToArray()
    );

    [Fact]
    public void It_is_what_looking_at_all_samples_at_once_gives() =>
        Samples.Sample(samples =>
        {
            var window = ObservationWindow.Over(samples, 5);

            // Failures between one open PASS and the next, and where the last one that was too long ended.
            var open = samples.Where(sample => sample.IsOpen).ToList();
            var passes = open.Select((sample, i) => (sample, i))
                .Where(pair => pair.sample.Verdict == GateVerdict.Pass)
                .Select(pair => pair.i)
                .ToList();
            var ends = passes.Append(open.Count).ToList();
            var starts = passes.Prepend(-1).ToList();
            var tooLong = starts
                .Zip(ends)
                .Where(run =>
                    open.Skip(run.First + 1).Take(run.Second - run.First - 1).Count(sample => sample.Verdict == GateVerdict.Fail) > 5
                )
                .ToList();
            UtcTime? began =
                samples.Length == 0 ? null
                : tooLong.Count == 0 ? samples[0].Minute
                : tooLong[^1].Second < open.Count ? open[tooLong[^1].Second].Minute
                : null;
            var inside = open.Where(sample => sample.Minute >= began).ToList();

            Assert.Equal(began, window.Began);
            Assert.Equal(tooLong.Count, window.Restarts);
            Assert.Equal(inside.Count(sample => sample.Verdict == GateVerdict.Pass), window.Healthy);
            Assert.Equal(inside.Count, window.Sampled);
            Assert.True(window.Missing(MarketCalendar.Rule) >= 0);
        });

    [Fact]
    public void Samples_of_a_closed_market_change_nothing_but_its_length() =>
        Samples.Sample(samples =>
        {
            var all = ObservationWindow.Over(samples, 5);
            var open = ObservationWindow.Over(samples.Where(sample => sample.IsOpen), 5);

            Assert.Equal((open.Healthy, open.Failing, open.Restarts, open.Sampled), (all.Healthy, all.Failing, all.Restarts, all.Sampled));
        });
}
