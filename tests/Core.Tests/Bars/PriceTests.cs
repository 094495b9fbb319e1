using System.Numerics;
using CsCheck;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Tests.Bars;

public sealed class PriceTests
{
    [Theory]
    [InlineData("1.000000005", "1.00000001")]
    [InlineData("1.0000000049999", "1.00000000")]
    [InlineData("-1.000000005", "-1.00000001")]
    [InlineData("103.041323901775", "103.04132390")]
    public void Halves_are_rounded_away_from_zero(string given, string rounded) =>
        Assert.Equal(decimal.Parse(rounded), Price.Round(decimal.Parse(given)));

    // Odd multiples of 1/512 are doubles and lie exactly between two prices of 8 places.
    [Fact]
    public void Halves_of_a_double_are_rounded_away_from_zero_like_those_of_a_decimal() =>
        Gen.Int[-5_000_000, 5_000_000]
            .Sample(i =>
            {
                var half = ((2 * i) + 1) / 512m;
                Assert.Equal(Price.Round(half), Price.Round((double)half));
            });

    [Fact]
    public void A_double_that_stands_for_a_price_gives_the_price() =>
        Gen.Long[-100_000_000_000_000, 100_000_000_000_000]
            .Sample(units =>
            {
                var price = units / 100_000_000m;
                Assert.Equal(price, Price.Round((double)price));
            });

    [Fact]
    public void A_double_is_rounded_as_its_exact_value_is() =>
        Gen.Double[-1000, 1000]
            .Sample(value =>
            {
                var (units, fromHalf) = Exact(value);
                Assert.True(fromHalf < 1e-4 || Price.Round(value) == units / 100_000_000m, $"{value:R}");
            });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(90_000_000)]
    [InlineData(-1e300)]
    public void What_can_not_be_held_in_8_places_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Price.Round(value));

    // The value in units of 8 places, rounded, in whole numbers throughout; and how far it is from a half.
    static (long Units, double FromHalf) Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        var mantissa = exponent == 0 ? bits & 0xFFFFFFFFFFFFF : (bits & 0xFFFFFFFFFFFFF) | 0x10000000000000;
        var places = 1075 - Math.Max(exponent, 1);
        var scaled = new BigInteger(mantissa) * 100_000_000;
        var whole = scaled >> places;
        var rest = Math.ScaleB((double)(scaled - (whole << places)), -places);
        return (Math.Sign(value) * ((long)whole + (rest >= 0.5 ? 1 : 0)), Math.Abs(rest - 0.5));
    }
}
