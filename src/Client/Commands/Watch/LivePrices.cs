using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
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
        var prices = new Dictionary<Symbol, LivePrice>();
        var now = UtcTime.FromTicks(0);
        await using var command = database.Statement("live_prices");
        command.Parameters.With(index.Components.Select(component => component.Symbol.Name).ToArray()).With(before.ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetUtc(6);
            UtcTime? quoted = reader.IsDBNull(2) ? null : reader.GetUtc(2);
            UtcTime? closed = reader.IsDBNull(4) ? null : reader.GetUtc(4);
            if ((quoted ?? closed) is null)
            {
                continue;
            }

            var (price, at) =
                closed is null || quoted >= closed ? (reader.GetDecimal(1), quoted!.Value) : (reader.GetDecimal(3), closed.Value);
            prices[Symbol.Parse(reader.GetString(0))] = new LivePrice(price, at, reader.IsDBNull(5) ? null : reader.GetDecimal(5));
        }

        return (LiveIndex.Of(index, prices, now), now);
    }
}
