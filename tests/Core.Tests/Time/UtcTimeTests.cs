using CsCheck;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Time;

public sealed class UtcTimeTests
{
    [Fact]
    public void Every_time_reads_back_as_it_is_written() =>
        Generators.Time.Sample(time => Assert.Equal(time, UtcTime.Parse(time.ToString())));

    [Fact]
    public void Every_time_survives_the_frameworks_types() =>
        Generators.Time.Sample(time =>
        {
            Assert.Equal(time, UtcTime.From(time.ToDateTime()));
            Assert.Equal(time, UtcTime.From(time.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(5.5))));
        });

    [Theory]
    [InlineData("2019-10-01T00:00:00Z")]
    [InlineData("2019-10-01T02:00+02:00")]
    [InlineData("2019-09-30T19:00:00-05:00")]
    [InlineData("2019-10-01 00:00:00Z")]
    [InlineData("2019-10-01t00:00:00.000000z")]
    [InlineData("  2019-10-01T00:00Z ")]
    public void Spellings_of_one_instant_are_read_as_one(string text) => Assert.Equal(UtcTime.At(2019, 10, 1), UtcTime.Parse(text));

    [Theory]
    [InlineData("2019-10-01T00:00:00")]
    [InlineData("2019-10-01 00:00")]
    [InlineData("2019-10-01")]
    [InlineData("2019-10-01Z")]
    [InlineData("10/01/2019 00:00Z")]
    [InlineData("01-10-2019 00:00Z")]
    [InlineData("Tue, 01 Oct 2019 00:00:00 +00:00")]
    [InlineData("2019-13-01T00:00Z")]
    [InlineData("2019-02-29T00:00Z")]
    [InlineData("2019-10-01T25:00Z")]
    [InlineData("today")]
    [InlineData("")]
    public void What_is_not_ISO_8601_with_a_zone_is_refused(string text)
    {
        Assert.False(UtcTime.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<FormatException>(() => UtcTime.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DateTimeKind.Local)]
    [InlineData(DateTimeKind.Unspecified)]
    public void A_time_that_is_not_UTC_has_no_way_in(DateTimeKind kind) =>
        Assert.Throws<ArgumentException>(() => UtcTime.From(new DateTime(2019, 10, 1, 0, 0, 0, kind)));

    [Fact]
    public void Resolution_is_the_microsecond_of_the_database() => Assert.Equal(UtcTime.FromTicks(1230), UtcTime.FromTicks(1239));

    [Fact]
    public void Floor_and_ceiling_are_the_nearest_boundaries_of_the_grid() =>
        Gen.Select(Generators.Time, Generators.AnyTimeframe)
            .Sample(
                (time, timeframe) =>
                {
                    var (floor, ceiling) = (time.Floor(timeframe), time.Ceiling(timeframe));
                    Assert.True(floor <= time && time <= ceiling);
                    Assert.True(floor.IsOnGrid(timeframe) && ceiling.IsOnGrid(timeframe));
                    Assert.Equal(time.IsOnGrid(timeframe) ? TimeSpan.Zero : timeframe.Length, ceiling - floor);
                    Assert.Equal(
                        floor.Ticks - UtcTime.At(floor.ToDateTime().Year, floor.ToDateTime().Month, floor.ToDateTime().Day).Ticks,
                        floor.ToDateTime().TimeOfDay.Ticks / timeframe.Ticks * timeframe.Ticks
                    );
                }
            );

    [Fact]
    public void Comparing_and_subtracting_agree() =>
        Gen.Select(Generators.Time, Generators.Time)
            .Sample(
                (left, right) =>
                {
                    Assert.Equal(left < right, left - right < TimeSpan.Zero);
                    Assert.Equal(left, right + (left - right));
                    Assert.Equal(left <= right ? left : right, UtcTime.Min(left, right));
                    Assert.Equal(left <= right ? right : left, UtcTime.Max(left, right));
                    Assert.Equal(left.CompareTo(right) == 0, left == right);
                }
            );

    [Fact]
    public void A_minutes_number_names_its_beginning() =>
        Generators.Time.Sample(time => Assert.Equal(time.Floor(Timeframe.OneMinute), UtcTime.FromMinute(time.Minute)));
}
