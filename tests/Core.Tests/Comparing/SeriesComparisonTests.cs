using DxyOrleans.Core.Comparing;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Comparing;

public sealed class SeriesComparisonTests
{
    static readonly UtcTime Start = UtcTime.At(2023, 9, 7, 10);
    static readonly TimeSpan Step = TimeSpan.FromMinutes(30);

    [Fact]
    public void Figures_are_those_of_the_errors_by_hand()
    {
        var figures = ErrorFigures.Of([0.01, -0.02, 0.03, -0.04, 0.10]);
        Assert.Equal(5, figures.Count);
        Assert.Equal(0.04, figures.MeanAbsolute, 12);
        Assert.Equal(0.03, figures.Median, 12);
        Assert.Equal(0.088, figures.P95, 12);
        Assert.Equal(0.0976, figures.P99, 12);
        Assert.Equal(0.10, figures.Max, 12);
        Assert.Equal(0.016, figures.Bias, 12);
        Assert.Equal(Math.Sqrt(0.013 / 5), figures.RootMeanSquare, 12);
        Assert.Throws<ArgumentException>(() => ErrorFigures.Of([]));
    }

    [Fact]
    public void Points_of_both_are_compared_and_those_of_one_alone_are_counted()
    {
        var compared = SeriesComparison.Of(Series(0, 10), Series(4, 14, 0.01m), Step);
        Assert.Equal(6, compared.Points.Length);
        Assert.Equal((0, 4), (compared.OwnAlone, compared.OtherAlone));
        Assert.Equal(-0.01, compared.Figures!.Bias, 12);
        Assert.Equal([Start + (4 * Step), Start + (9 * Step)], [compared.Points[0].Time, compared.Points[^1].Time]);
    }

    [Fact]
    public void The_worst_ten_come_largest_first_and_each_hour_has_its_own_figures()
    {
        var other = Series(0, 48);
        other[Start + (7 * Step)] += 1;
        other[Start + (8 * Step)] -= 3;
        var compared = SeriesComparison.Of(Series(0, 48), other, Step);
        Assert.Equal(10, compared.Worst.Length);
        Assert.Equal([3, -1, 0], compared.Worst.Take(3).Select(point => point.Error));
        Assert.Equal(24, compared.ByHour.Length);
        Assert.Equal([13, 14], compared.ByHour.Where(hour => hour.Figures.Max > 0).Select(hour => hour.Hour));
        Assert.Equal(48, compared.ByHour.Sum(hour => hour.Figures.Count));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 30)]
    [InlineData(2, -60)]
    [InlineData(10, -300)]
    public void A_series_on_another_clock_is_told_by_how_much_to_move_it(int steps, int minutes)
    {
        var moved = Series(0, 200).ToDictionary(one => one.Key + (steps * Step), one => one.Value);
        Assert.Equal(TimeSpan.FromMinutes(minutes), SeriesComparison.Of(Series(0, 200), moved, Step).BetterShift);
    }

    [Fact]
    public void A_series_on_another_level_moves_together_with_ours()
    {
        var future = Series(0, 100).ToDictionary(one => one.Key, one => one.Value + 0.7m);
        var compared = SeriesComparison.Of(Series(0, 100), future, Step);
        Assert.Equal(1, compared.StepCorrelation!.Value, 9);
        Assert.Equal(-0.7, compared.Figures!.Bias, 9);
        Assert.Null(SeriesComparison.Of(Series(0, 5), Series(0, 5), Step).StepCorrelation);
    }

    [Fact]
    public void Series_without_a_point_in_common_have_no_figures()
    {
        var compared = SeriesComparison.Of(Series(0, 3), Series(5, 8), Step);
        Assert.Null(compared.Figures);
        Assert.Empty(compared.Worst);
        Assert.Null(SeriesComparison.Of(Series(0, 3), new Dictionary<UtcTime, decimal>(), Step).Figures);
    }

    [Fact]
    public void Each_bound_speaks_for_itself_and_a_figure_equal_to_it_keeps_it()
    {
        var figures = new ErrorFigures(100, 0.002, 0.001, 0.005, 0.010, 0.02, 0.003, -0.0005);
        Assert.Empty(
            new ErrorBounds
            {
                MeanAbsolute = 0.002,
                P95 = 0.005,
                P99 = 0.010,
                Max = 0.02,
                Bias = 0.0005,
            }.Broken(figures)
        );
        Assert.Empty(new ErrorBounds().Broken(figures));
        Assert.Equal(
            5,
            new ErrorBounds
            {
                MeanAbsolute = 0.0019,
                P95 = 0.0049,
                P99 = 0.0099,
                Max = 0.019,
                Bias = 0.0004,
            }
                .Broken(figures)
                .Count
        );
        Assert.Equal(["the bias is 0.0005, above 0.0004"], new ErrorBounds { Bias = 0.0004 }.Broken(figures));
    }

    static Dictionary<UtcTime, decimal> Series(int from, int to, decimal more = 0) =>
        Enumerable.Range(from, to - from).ToDictionary(i => Start + (i * Step), i => 100 + (i * i * 31 % 97 * 0.01m) + more);
}
