using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Bars;

public sealed class BarTests
{
    static readonly UtcTime Open = UtcTime.At(2024, 3, 5, 10, 5);

    [Theory]
    [InlineData(0, 1.2, 1.0, 1.1, "not-positive")]
    [InlineData(1.1, 1.2, -1.0, 1.1, "not-positive")]
    [InlineData(0.000000004, 1.2, 1.0, 1.1, "not-positive")]
    [InlineData(1.1, 1e12, 1.0, 1.1, "too-large")]
    [InlineData(1.1, 1.0, 1.2, 1.1, "high-below-low")]
    [InlineData(1.3, 1.2, 1.0, 1.1, "outside-range")]
    [InlineData(0.9, 1.2, 1.0, 1.1, "outside-range")]
    [InlineData(1.1, 1.2, 1.0, 0.9, "outside-range")]
    [InlineData(1.1, 1.2, 1.0, 1.3, "outside-range")]
    public void Prices_that_are_no_bar_are_refused_with_the_reason(double open, double high, double low, double close, string code)
    {
        Assert.False(
            Bar.TryCreate(
                Generators.Euro,
                Open,
                (decimal)open,
                (decimal)high,
                (decimal)low,
                (decimal)close,
                0,
                null,
                0,
                false,
                out var bar,
                out var fault
            )
        );
        Assert.Null(bar);
        Assert.Equal(code, fault.Code);
    }

    [Theory]
    [InlineData(long.MinValue / TimeSpan.TicksPerMinute)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5_258_964_480L)]
    [InlineData(long.MaxValue / TimeSpan.TicksPerMinute)]
    public void A_bar_of_no_date_is_refused_for_it_could_not_be_stored(long minute)
    {
        Assert.False(Bar.TryCreate(Generators.Euro, UtcTime.FromMinute(minute), 1, 1, 1, 1, 0, null, 0, false, out _, out var fault));
        Assert.Equal("no-time", fault.Code);
    }

    [Fact]
    public void Negative_volume_and_count_and_a_vwap_that_is_no_price_are_refused()
    {
        Assert.Equal("negative", Fault(volume: -1).Code);
        Assert.Equal("negative", Fault(count: -1).Code);
        Assert.Equal("not-positive", Fault(vwap: 0).Code);

        static BarFault Fault(decimal volume = 0, decimal? vwap = null, int count = 0) =>
            Bar.TryCreate(Generators.Euro, Open, 1, 1, 1, 1, volume, vwap, count, false, out _, out var fault)
                ? throw new InvalidOperationException()
                : fault;
    }

    [Theory]
    [InlineData("5m", 10, 5, true)]
    [InlineData("5m", 10, 6, false)]
    [InlineData("1h", 10, 0, true)]
    [InlineData("4h", 10, 0, false)]
    [InlineData("1d", 0, 0, true)]
    public void A_bar_off_the_grid_is_refused(string timeframe, int hour, int minute, bool accepted)
    {
        var series = new Series(Symbol.Parse("DXY"), Timeframe.Parse(timeframe));
        var made = Bar.TryCreate(series, UtcTime.At(2024, 3, 5, hour, minute), 1, 1, 1, 1, 0, null, 0, false, out _, out var fault);

        Assert.Equal((accepted, accepted ? null : "off-grid"), (made, fault?.Code));
    }

    [Fact]
    public void Whatever_is_constructed_is_valid_and_whatever_is_valid_can_be_constructed() =>
        Gen.Select(Gen.Int[0, 120], Gen.Int[-1, 6].Array[4])
            .Sample(
                (halves, units) =>
                {
                    // Few values, so that equal, ordered and disordered prices all occur.
                    var time = Open + TimeSpan.FromSeconds(30 * halves);
                    var (open, high, low, close) = (units[0] / 4m, units[1] / 4m, units[2] / 4m, units[3] / 4m);
                    var valid = halves % 2 == 0 && low > 0 && low <= Math.Min(open, close) && Math.Max(open, close) <= high;

                    Assert.Equal(
                        valid,
                        Bar.TryCreate(Generators.Euro, time, open, high, low, close, 0, null, 0, false, out var bar, out _)
                    );
                    Assert.True(
                        bar is null
                            || (bar.Open, bar.High, bar.Low, bar.Close, bar.Time, bar.End)
                                == (open, high, low, close, time, time + Timeframe.OneMinute)
                    );
                }
            );

    [Fact]
    public void Prices_are_rounded_when_the_bar_is_made_so_that_memory_and_row_are_equal()
    {
        var bar = Bar.Create(Generators.Euro, Open, 1.000000005m, 1.0000000149m, 1.000000005m, 1.00000001m, vwap: 1.000000005m);

        Assert.Equal((1.00000001m, 1.00000001m, 1.00000001m, 1.00000001m, 1.00000001m), (bar.Open, bar.High, bar.Low, bar.Close, bar.Vwap));
        Assert.Equal(Bar.Flat(Generators.Euro, Open, 1.00000001m).Close, bar.Close);
    }

    [Fact]
    public void Numbers_of_one_value_make_equal_bars_however_they_are_written() =>
        Assert.Equal(Bar.Flat(Generators.Euro, Open, 1.10m), Bar.Flat(Generators.Euro, Open, 1.10000000m));

    [Fact]
    public void The_error_says_which_bar_and_why()
    {
        var error = Assert.Throws<InvalidBarException>(() => Bar.Create(Generators.Euro, Open, 1, 1, 2, 1));

        Assert.Equal("EURUSD/1m 2024-03-05T10:05:00Z: high 1 is below low 2.", error.Message);
    }
}
