using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>The newest price of symbols as the tables have it: quoted in the forming minute, or the close of the newest bar.</summary>
public static class NewestPrices
{
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    /// <summary>Each symbol's newest price as a quote; that of a bar lies in the last instant of its minute.</summary>
    public static async Task<IReadOnlyList<(Symbol Symbol, Quote Quote)>> ReadAsync(
        NpgsqlDataSource database,
        IEnumerable<Symbol> symbols,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("live_prices");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. symbols.Select(symbol => symbol.Name)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.ToDateTime() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var prices = new List<(Symbol, Quote)>();
        while (await reader.ReadAsync(cancellation))
        {
            UtcTime? quoted = reader.IsDBNull(2) ? null : reader.GetUtc(2);
            UtcTime? closed = reader.IsDBNull(4) ? null : reader.GetUtc(4);
            if (quoted is not null || closed is not null)
            {
                prices.Add(
                    (
                        Symbol.Parse(reader.GetString(0)),
                        closed is null || quoted >= closed
                            ? new Quote(quoted!.Value, reader.GetDecimal(1))
                            : new Quote(closed.Value - Instant, reader.GetDecimal(3))
                    )
                );
            }
        }

        return prices;
    }
}
