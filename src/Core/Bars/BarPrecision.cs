namespace DxyOrleans.Core.Bars;

/// <summary>How exactly a host's table holds a bar.</summary>
public sealed record BarPrecision
{
    /// <summary>A table that holds every bar as it is, as ours do.</summary>
    public static BarPrecision Exact { get; } = new();

    public ColumnPrecision Open { get; init; }

    public ColumnPrecision High { get; init; }

    public ColumnPrecision Low { get; init; }

    public ColumnPrecision Close { get; init; }

    public ColumnPrecision Volume { get; init; }

    public ColumnPrecision Vwap { get; init; }

    public bool HasTradeCount { get; init; } = true;

    public bool IsExact => this == Exact;

    /// <summary>
    /// The bar as it reads from the table after it was written there. A bar that would be none any more (a price that rounds to nothing)
    /// stays as it is: the table refuses it, or says so.
    /// </summary>
    public Bar Stored(Bar bar) =>
        !IsExact
        && Bar.TryCreate(
            bar.Series,
            bar.Time,
            Open.Stored(bar.Open),
            High.Stored(bar.High),
            Low.Stored(bar.Low),
            Close.Stored(bar.Close),
            Volume.Stored(bar.Volume),
            Vwap.Kind == PrecisionKind.Missing || bar.Vwap is not { } vwap ? null : Vwap.Stored(vwap),
            HasTradeCount ? bar.TradeCount : 0,
            bar.IsPartial,
            out var stored,
            out _
        )
            ? stored
            : bar;
}
