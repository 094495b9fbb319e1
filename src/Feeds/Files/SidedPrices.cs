using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>Reads the prices of rows that have both sides of the market, or are single quotes.</summary>
static class SidedPrices
{
    static readonly (BarColumn Bid, BarColumn Ask, string Name)[] s_bar =
    [
        (BarColumn.BidOpen, BarColumn.AskOpen, "open"),
        (BarColumn.BidHigh, BarColumn.AskHigh, "high"),
        (BarColumn.BidLow, BarColumn.AskLow, "low"),
        (BarColumn.BidClose, BarColumn.AskClose, "close"),
    ];

    public static bool AreComplete(FileLayout layout) => s_bar.All(price => layout[price.Bid] >= 0 && layout[price.Ask] >= 0);

    /// <summary>Sets the four prices of the side: of a quote all the same, and its volume, 1 where the file has none.</summary>
    public static BarFault? Read(FileLayout layout, RowFields row, PriceSide side, ref BarFields fields)
    {
        if (layout.IsTicks)
        {
            return ReadTick(layout, row, side, ref fields);
        }

        Span<decimal> prices = stackalloc decimal[s_bar.Length];
        for (var i = 0; i < s_bar.Length; i++)
        {
            var (bid, ask, name) = s_bar[i];
            if (ReadSide(row, layout[bid], layout[ask], side, name, out prices[i]) is { } fault)
            {
                return fault;
            }
        }

        (fields.Open, fields.High, fields.Low, fields.Close) = (prices[0], prices[1], prices[2], prices[3]);
        return null;
    }

    static BarFault? ReadTick(FileLayout layout, RowFields row, PriceSide side, ref BarFields fields)
    {
        decimal price;
        if (layout[BarColumn.Tick] is >= 0 and var at)
        {
            if (FieldReader.Price("price", row[at], out price) is { } fault)
            {
                return fault;
            }
        }
        else
        {
            // MetaTrader leaves a side empty that is as it was.
            var (bid, ask) = (fields.LastBid, fields.LastAsk);
            if (
                (ReadOrKeep("bid", row[layout[BarColumn.Bid]], ref bid) ?? ReadOrKeep("ask", row[layout[BarColumn.Ask]], ref ask)) is
                { } fault
            )
            {
                return fault;
            }

            (fields.LastBid, fields.LastAsk) = (bid, ask);
            price = side.Of(bid, ask);
        }

        if (price <= 0)
        {
            return BarFault.NotPositive("price", price);
        }

        (fields.Open, fields.High, fields.Low, fields.Close) = (price, price, price, price);
        return ReadVolume(layout, row, side, ref fields);
    }

    static BarFault? ReadVolume(FileLayout layout, RowFields row, PriceSide side, ref BarFields fields)
    {
        fields.Volume = 1;
        if (layout[BarColumn.BidVolume] < 0 || layout[BarColumn.AskVolume] < 0)
        {
            return null;
        }

        decimal ask = 0;
        if (
            (
                FieldReader.Volume(row[layout[BarColumn.BidVolume]], out var bid)
                ?? FieldReader.Volume(row[layout[BarColumn.AskVolume]], out ask)
            ) is
            { } fault
        )
        {
            return fault;
        }

        fields.Volume =
            side == PriceSide.Bid ? bid
            : side == PriceSide.Ask ? ask
            : bid + ask;
        return null;
    }

    static BarFault? ReadOrKeep(string name, ReadOnlySpan<byte> cell, ref decimal price)
    {
        if (cell.IsEmpty && price > 0)
        {
            return null;
        }

        var fault = FieldReader.Price(name, cell, out var read);
        price = fault is null ? read : price;
        return fault;
    }

    static BarFault? ReadSide(RowFields row, int bidAt, int askAt, PriceSide side, string name, out decimal price)
    {
        decimal bid = 0,
            ask = 0;
        var fault = (side == PriceSide.Ask ? null : FieldReader.Price($"bid {name}", row[bidAt], out bid))
            ?? (side == PriceSide.Bid ? null : FieldReader.Price($"ask {name}", row[askAt], out ask));
        price = fault is null ? side.Of(bid, ask) : 0;
        return fault;
    }
}
