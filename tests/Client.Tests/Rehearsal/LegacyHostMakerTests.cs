using DxyOrleans.Client.Rehearsal;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Schema;
using DxyOrleans.Testing;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Client.Tests.Rehearsal;

public sealed class LegacyHostMakerTests(TestServer server)
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4, 8);
    static readonly LegacyHostPlan Plan = new(Start, PairDays: 5, IndexBars: 10_000);
    static readonly SimulatedMarket Market = new(new() { Pairs = SimulatedPair.EveryMinute });

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_made_host_holds_what_was_asked_for_with_the_usual_dirt_and_ends_where_market_time_begins()
    {
        await using var database = await server.CreateDatabaseAsync(Token);
        var rows = await new LegacyHostMaker(database.Data, Market).MakeAsync(Plan, Token);

        Assert.Equal(
            new LegacyHostRows(
                Pairs: 6 * 4_320,
                Index: 10_000,
                Superseded: 50,
                Deleted: 40,
                BadPrints: 10,
                Backfill: 3,
                Partial: 10,
                Vendor: 5
            ),
            rows
        );
        Assert.Equal(10_050, await CountAsync(database, "derived_data_bars WHERE timeframe = '1m' AND deleted_at IS NULL"));
        Assert.Equal(rows.BadPrints, await CountAsync(database, "derived_data_bars WHERE close = 9999 AND deleted_at IS NOT NULL"));
        Assert.Equal(
            Start - TimeSpan.FromMinutes(1),
            UtcTime.From(await database.ValueAsync<DateTime>("SELECT max(ts_utc) FROM derived_data_bars WHERE timeframe = '1m'", Token))
        );
        Assert.Equal(
            0,
            await CountAsync(
                database,
                "derived_data_bars WHERE NOT (low <= open AND open <= high AND low <= close AND close <= high AND low > 0)"
            )
        );
        Assert.True(await CountAsync(database, "derived_data_bars WHERE timeframe = '1m' AND high > low") > 9_000);
        Assert.Equal(
            0,
            await CountAsync(
                database,
                "derived_data_bars WHERE deleted_at IS NULL AND derivation_version = 1 AND (close < 80 OR close > 120)"
            )
        );
        Assert.True(await CountAsync(database, "derived_data_bars WHERE timeframe = '1h'") > 100);
        foreach (var bar in Market.Symbols.Select(symbol => Market.BarOf(symbol, Start - TimeSpan.FromMinutes(1))!))
        {
            Assert.Equal(
                bar.Close,
                await database.ValueAsync<decimal>(
                    $"SELECT close FROM data_bars WHERE canonical_symbol = '{bar.Symbol}' ORDER BY ts_utc DESC LIMIT 1",
                    Token
                )
            );
        }
    }

    [Fact]
    public async Task The_index_of_a_made_host_is_what_the_formula_gives_of_its_pairs()
    {
        await using var database = await server.CreateDatabaseAsync(Token);
        await new LegacyHostMaker(database.Data, Market).MakeAsync(Plan, Token);

        var wrong = await CountAsync(
            database,
            """
            (SELECT b.ts_utc, round(50.14348112
               * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'EURUSD')::numeric(30,16),
                 -0.576) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDJPY')::numeric(30,16), 0.136)
               * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'GBPUSD')::numeric(30,16),
                 -0.119) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCAD')::numeric(30,16), 0.091)
               * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDSEK')::numeric(30,16),
                 0.042) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCHF')::numeric(30,16), 0.036), 8) AS level
             FROM data_bars AS b WHERE b.canonical_symbol <> 'DXY' GROUP BY b.ts_utc) AS e
            JOIN derived_data_bars AS d ON d.ts_utc = e.ts_utc AND d.timeframe = '1m' AND d.deleted_at IS NULL AND d.derivation_version = 1
            WHERE d.close <> e.level
            """
        );

        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task The_hosts_programs_go_on_from_its_prices_and_stop_deriving_when_told()
    {
        await using var database = await server.CreateDatabaseAsync(Token);
        await new LegacyHostMaker(database.Data, Market).MakeAsync(Plan, Token);
        await database.RunAsync(
            "UPDATE data_bars SET open = open * 2, high = high * 2, low = low * 2, close = close * 2 WHERE canonical_symbol = 'USDJPY'",
            Token
        );
        await new SchemaInstaller(database.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        var clock = new FakeTimeProvider(Start.ToDateTimeOffset());
        await using var writers = new LegacyWriters(SeenProgram.OfMadeHost(database.Data), database.Data, Market, TimeProvider.System);
        await writers.StartAsync(Start, clock, Token);

        clock.Advance(TimeSpan.FromMinutes(30));
        await UntilAsync(() => Task.FromResult(writers.Derived >= 30));
        await writers.StopDerivingAsync(Token);
        clock.Advance(TimeSpan.FromMinutes(30));
        await UntilAsync(() => Task.FromResult(writers.Bars >= 60 * 6));

        Assert.Equal((0, 30L), (writers.Failures, writers.Derived));
        Assert.Equal(30, await CountAsync(database, $"derived_data_bars WHERE timeframe = '1m' AND ts_utc >= '{Start}'"));
        Assert.Equal(60 * 6, await CountAsync(database, $"data_bars WHERE canonical_symbol <> 'DXY' AND ts_utc >= '{Start}'"));
        var jump = await database.ValueAsync<decimal>(
            "SELECT max(abs(step)) FROM (SELECT close / lag(close) OVER (PARTITION BY canonical_symbol ORDER BY ts_utc) - 1 AS step "
                + "FROM data_bars WHERE canonical_symbol <> 'DXY') AS s",
            Token
        );
        Assert.InRange(jump, 0, 0.001m);
    }

    static Task<long> CountAsync(TestDatabase database, string from) => database.ValueAsync<long>($"SELECT count(*) FROM {from}", Token);

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }
}
