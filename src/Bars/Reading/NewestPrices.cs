using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>The newest price of a symbol as the tables have it.</summary>
/// <param name="Symbol">Whose.</param>
/// <param name="Value">The price.</param>
/// <param name="At">When it was quoted, or the end of the minute that it closed.</param>
/// <param name="IsQuoted">Whether it was quoted in the forming minute; else it is the close of the newest bar.</param>
/// <param name="Before">The price that stood at the instant that was asked for; null where none is stored.</param>
public readonly record struct NewestPrice(Symbol Symbol, decimal Value, UtcTime At, bool IsQuoted, decimal? Before)
{
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    /// <summary>As a quote; that of a bar lies in the last instant of its minute.</summary>
    public Quote AsQuote => new(IsQuoted ? At : At - Instant, Value);
}

/// <summary>Reads newest prices, whoever writes them and with every silo down.</summary>
public static class NewestPrices
{
    /// <summary>Those of symbols that have any, and the market time at which they were read.</summary>
    /// <param name="database">Where.</param>
    /// <param name="symbols">Whose.</param>
    /// <param name="before">The instant of <see cref="NewestPrice.Before"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<(IReadOnlyList<NewestPrice> Prices, UtcTime Now)> ReadAsync(
        NpgsqlDataSource database,
        IEnumerable<Symbol> symbols,
        UtcTime before,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("live_prices");
        command.Parameters.With(symbols.Select(symbol => symbol.Name).ToArray()).With(before.ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var prices = new List<NewestPrice>();
        var now = UtcTime.FromTicks(0);
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetUtc(6);
            UtcTime? quoted = reader.IsDBNull(2) ? null : reader.GetUtc(2);
            UtcTime? closed = reader.IsDBNull(4) ? null : reader.GetUtc(4);
            if ((quoted ?? closed) is null)
            {
                continue;
            }

            var isQuoted = closed is null || quoted >= closed;
            prices.Add(
                new NewestPrice(
                    Symbol.Parse(reader.GetString(0)),
                    reader.GetDecimal(isQuoted ? 1 : 3),
                    isQuoted ? quoted!.Value : closed!.Value,
                    isQuoted,
                    reader.IsDBNull(5) ? null : reader.GetDecimal(5)
                )
            );
        }

        return (prices, now);
    }
}
