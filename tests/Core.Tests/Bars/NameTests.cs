using CsCheck;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Tests.Bars;

public sealed class NameTests
{
    const string First = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    static readonly Gen<string> Canonical = Gen.Select(
        Gen.Char[First],
        Gen.String[Gen.Char[First + "0123456789._"], 2, 15],
        (first, rest) => first + rest
    );

    [Fact]
    public void A_canonical_symbol_reads_back_as_it_is_written() =>
        Canonical.Sample(name => Assert.Equal(name, Symbol.Parse(name).ToString()));

    [Theory]
    [InlineData("C:EUR-USD")]
    [InlineData("c:eurusd")]
    [InlineData("eur/usd")]
    [InlineData(" EURUSD ")]
    public void Vendors_spellings_become_the_canonical_one(string text) => Assert.Equal("EURUSD", Symbol.Parse(text).Name);

    [Theory]
    [InlineData("")]
    [InlineData("EU")]
    [InlineData("C:EU")]
    [InlineData("1EURUSD")]
    [InlineData("EUR USD")]
    [InlineData("EURÜSD")]
    [InlineData("ABCDEFGHIJKLMNOPQ")]
    [InlineData("EURUSD;DROP")]
    public void What_is_no_symbol_is_refused(string text)
    {
        Assert.False(Symbol.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<FormatException>(() => Symbol.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_symbol_names_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => default(Symbol).Name);
        Assert.Equal("(none)", default(Symbol).ToString());
    }

    [Fact]
    public void Symbols_are_ordered_like_their_names() =>
        Gen.Select(Canonical, Canonical)
            .Sample((one, other) => Assert.Equal(string.CompareOrdinal(one, other) < 0, Symbol.Parse(one) < Symbol.Parse(other)));

    [Fact]
    public void A_series_reads_back_as_it_is_written() =>
        Gen.Select(Canonical, Generators.AnyTimeframe)
            .Sample(
                (name, timeframe) =>
                {
                    var series = new Series(Symbol.Parse(name), timeframe);
                    Assert.Equal(series, Series.Parse(series.ToString()));
                }
            );

    [Theory]
    [InlineData("DXY")]
    [InlineData("DXY/")]
    [InlineData("DXY/7m")]
    [InlineData("/5m")]
    [InlineData("")]
    public void What_is_no_series_is_refused(string text)
    {
        Assert.False(Series.TryParse(text, out _));
        Assert.False(Series.TryParse(null, out _));
        Assert.Throws<FormatException>(() => Series.Parse(text));
    }

    [Fact]
    public void Series_are_ordered_by_symbol_then_timeframe()
    {
        string[] ordered = ["DXY/1m", "DXY/5m", "DXY/1h", "EURUSD/1m", "EURUSD/1d"];

        Assert.Equal(ordered, ordered.Reverse().Select(Series.Parse).Order().Select(series => series.ToString()));
    }
}
