using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests;

public sealed class ChainPropertyTests(TestServer server)
{
    const string Tables = """
        SELECT 'data ' || concat_ws(' ', canonical_symbol, timeframe, ts_utc, open, high, low, close, vol::float8, vwap, trade_count,
          is_partial, source, raw)
        FROM data_bars
        UNION ALL
        SELECT 'derived ' || concat_ws(' ', canonical_symbol, timeframe, ts_utc, open, high, low, close, vol::float8, vwap, trade_count,
          is_partial, source, raw)
        FROM derived_data_bars WHERE deleted_at IS NULL ORDER BY 1
        """;

    /// <summary>One thing that happens: bars come by one of three ways, and perhaps the targets are worked off after.</summary>
    sealed record Arrival(int Way, bool Drains, Bar[] Bars);

    static readonly Gen<Bar> AnyBar = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 89], Gen.Int[1, 400])
        .Select((pair, minute, price) => TestHost.Fx(TestHost.Pairs[pair], minute, 1m + (price * 0.00125m)));

    // Minutes mostly full, so that the index has something to say; then single bars that correct them.
    static readonly Gen<Bar[]> FullMinutes = Gen.Select(Gen.Int[0, 80], Gen.Int[1, 10], Gen.Int[1, 300])
        .Select(
            (from, count, price) => Enumerable.Range(from, count).SelectMany(minute => TestHost.AllSix(minute, price * 0.0003m)).ToArray()
        );

    static readonly Gen<Arrival[]> History = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.OneOf(FullMinutes, AnyBar.Array[1, 15]))
        .Select(
            (way, drains, bars) => new Arrival(way, drains, [.. bars.GroupBy(bar => (bar.Series, bar.Time)).Select(same => same.Last())])
        )
        .Array[3, 12];

    [Fact]
    public async Task Whatever_order_bars_come_in_the_tables_end_as_if_the_last_word_had_come_at_once()
    {
        await History.SampleAsync(
            async history =>
            {
                await using var lived = await TestHost.OpenAsync(server);
                var last = new SortedDictionary<(Series, UtcTime), Bar>();
                foreach (var arrival in history)
                {
                    await WriteAsync(lived, arrival);
                    foreach (var bar in arrival.Bars)
                    {
                        last[(bar.Series, bar.Time)] = bar;
                    }

                    // Every drain makes its derivers anew: nothing is carried over but the tables.
                    if (arrival.Drains)
                    {
                        await lived.DrainAsync();
                    }
                }

                await lived.DrainAsync();
                await using var told = await TestHost.OpenAsync(server);
                await told.StoreAsync(last.Values);
                await told.DrainAsync();
                Assert.Equal(await told.TextsAsync(Tables), await lived.TextsAsync(Tables));
                Assert.Equal(0, await lived.CountAsync("dxy.due"));
            },
            iter: 25,
            threads: 2
        );
    }

    static async Task WriteAsync(TestHost host, Arrival arrival)
    {
        if (arrival.Way == 0)
        {
            await host.StoreAsync(arrival.Bars);
            return;
        }

        // The ways of programs that know nothing of us: COPY into a table of their own, then a merge a pair or one for all.
        await using var connection = await host.Database.Data.OpenConnectionAsync(TestHost.Token);
        await RunAsync(connection, "CREATE TEMP TABLE arrived (LIKE public.data_bars INCLUDING DEFAULTS)");
        await using (
            var copy = await connection.BeginTextImportAsync(
                "COPY arrived (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source) FROM STDIN",
                TestHost.Token
            )
        )
        {
            foreach (var bar in arrival.Bars)
            {
                await copy.WriteAsync(
                    FormattableString.Invariant(
                        $"{bar.Symbol}\t{bar.Timeframe}\t{bar.Time}\t{bar.Open}\t{bar.High}\t{bar.Low}\t{bar.Close}\t{bar.Volume}\t{bar.Vwap}\t{bar.TradeCount}\tingest\n"
                    )
                );
            }
        }

        const string Merge = """
            INSERT INTO public.data_bars SELECT * FROM arrived WHERE {0}
            ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE
            SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, vol = excluded.vol,
              vwap = excluded.vwap
            """;
        foreach (var which in arrival.Way == 1 ? TestHost.Pairs.Select(pair => $"canonical_symbol = '{pair}'") : ["true"])
        {
            await RunAsync(connection, Merge.Replace("{0}", which, StringComparison.Ordinal));
        }

        await RunAsync(connection, "DROP TABLE arrived");
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }
}
