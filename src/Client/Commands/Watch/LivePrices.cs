using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Client.Commands.Watch;

/// <summary>Reads the newest price of each component from the tables, whoever writes them and with every silo down.</summary>
internal sealed class LivePrices(NpgsqlDataSource database, IndexDefinition index)
{
    /// <summary>The index as it is now.</summary>
    /// <param name="before">With what it is compared: the prices that stood at that instant.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The index, and the market time of it.</returns>
    public async Task<(LiveIndex Index, UtcTime Now)> ReadAsync(UtcTime before, CancellationToken cancellation)
    {
        var symbols = index.Components.Select(component => component.Symbol);
        var (newest, now) = await NewestPrices.ReadAsync(database, symbols, before, cancellation);
        var prices = newest.ToDictionary(price => price.Symbol, price => new LivePrice(price.Value, price.At, price.Before));
        return (LiveIndex.Of(index, prices, now), now);
    }
}
