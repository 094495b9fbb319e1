using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Abstractions;

// The core knows nothing of Orleans: these carry its types over the wire. Fields are only ever added, with new ids.

[GenerateSerializer, Immutable, Alias("dxy.UtcTime")]
public readonly record struct UtcTimeSurrogate([property: Id(0)] long Ticks);

[RegisterConverter]
public sealed class UtcTimeConverter : IConverter<UtcTime, UtcTimeSurrogate>
{
    public UtcTime ConvertFromSurrogate(in UtcTimeSurrogate surrogate) => UtcTime.FromTicks(surrogate.Ticks);

    public UtcTimeSurrogate ConvertToSurrogate(in UtcTime value) => new(value.Ticks);
}

[GenerateSerializer, Immutable, Alias("dxy.Series")]
public readonly record struct SeriesSurrogate([property: Id(0)] string Series);

[RegisterConverter]
public sealed class SeriesConverter : IConverter<Series, SeriesSurrogate>
{
    public Series ConvertFromSurrogate(in SeriesSurrogate surrogate) => Series.Parse(surrogate.Series);

    public SeriesSurrogate ConvertToSurrogate(in Series value) => new(value.ToString());
}

[GenerateSerializer, Immutable, Alias("dxy.Quote")]
public readonly record struct QuoteSurrogate([property: Id(0)] long Ticks, [property: Id(1)] decimal Price);

[RegisterConverter]
public sealed class QuoteConverter : IConverter<Quote, QuoteSurrogate>
{
    public Quote ConvertFromSurrogate(in QuoteSurrogate surrogate) => new(UtcTime.FromTicks(surrogate.Ticks), surrogate.Price);

    public QuoteSurrogate ConvertToSurrogate(in Quote value) => new(value.Time.Ticks, value.Price);
}

[GenerateSerializer, Immutable, Alias("dxy.Bar")]
public readonly record struct BarSurrogate(
    [property: Id(0)] string Symbol,
    [property: Id(1)] string Timeframe,
    [property: Id(2)] long Ticks,
    [property: Id(3)] decimal Open,
    [property: Id(4)] decimal High,
    [property: Id(5)] decimal Low,
    [property: Id(6)] decimal Close,
    [property: Id(7)] decimal Volume,
    [property: Id(8)] decimal? Vwap,
    [property: Id(9)] int TradeCount,
    [property: Id(10)] bool IsPartial
);

[RegisterConverter]
public sealed class BarConverter : IConverter<Bar, BarSurrogate>
{
    public Bar ConvertFromSurrogate(in BarSurrogate surrogate) =>
        Bar.Create(
            new Series(Symbol.Parse(surrogate.Symbol), Timeframe.Parse(surrogate.Timeframe)),
            UtcTime.FromTicks(surrogate.Ticks),
            surrogate.Open,
            surrogate.High,
            surrogate.Low,
            surrogate.Close,
            surrogate.Volume,
            surrogate.Vwap,
            surrogate.TradeCount,
            surrogate.IsPartial
        );

    public BarSurrogate ConvertToSurrogate(in Bar value) =>
        new(
            value.Symbol.Name,
            value.Timeframe.ToString(),
            value.Time.Ticks,
            value.Open,
            value.High,
            value.Low,
            value.Close,
            value.Volume,
            value.Vwap,
            value.TradeCount,
            value.IsPartial
        );
}
