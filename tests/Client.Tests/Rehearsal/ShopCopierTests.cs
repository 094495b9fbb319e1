using DxyOrleans.Client.Console;
using DxyOrleans.Client.Work.Rehearsal;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulation;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Rehearsal;

public sealed class ShopCopierTests(TestServer server)
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4, 8);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_has_the_shops_rows_columns_keys_and_checks_and_a_role_that_may_only_read_is_enough()
    {
        await using var shop = await server.CreateDatabaseAsync(Token);
        await using var copy = await server.CreateDatabaseAsync(Token);
        await new LegacyShopMaker(shop.Data, new SimulatedMarket(new() { Pairs = SimulatedPair.EveryMinute })).MakeAsync(new LegacyShopPlan(Start, PairDays: 3, IndexBars: 5_000), Token);
        await shop.RunAsync("ALTER TABLE data_bars ADD COLUMN id bigserial NOT NULL, ADD COLUMN spread numeric GENERATED ALWAYS AS (high - low) STORED", Token);
        var reader = $"{shop.Name}_reader";
        await shop.RunAsync($"CREATE ROLE {reader} LOGIN PASSWORD 'test'; GRANT SELECT ON data_bars, derived_data_bars, core_asset_registry_all TO {reader}", Token);
        var login = new NpgsqlConnectionStringBuilder(shop.ConnectionString) { Username = reader, Password = "test", Pooling = false }.ConnectionString;
        var made = await new ShopCopier(login, copy.ConnectionString).CopyAsync(400, Token);

        Assert.Equal(Start, made.Start);
        Assert.Equal(6, made.Registry);
        foreach (var table in (string[])["data_bars", "derived_data_bars", "core_asset_registry_all"])
        {
            Assert.Equal(await PrintAsync(shop, table), await PrintAsync(copy, table));
            Assert.Equal(await KeysAsync(shop, table), await KeysAsync(copy, table));
        }

        await copy.RunAsync("INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')", Token);
        await shop.RunAsync($"REVOKE ALL ON data_bars, derived_data_bars, core_asset_registry_all FROM {reader}; DROP ROLE {reader}", Token);
    }

    [Fact]
    public async Task Only_the_days_asked_for_are_copied()
    {
        await using var shop = await server.CreateDatabaseAsync(Token);
        await using var copy = await server.CreateDatabaseAsync(Token);
        await new LegacyShopMaker(shop.Data, new SimulatedMarket(new() { Pairs = SimulatedPair.EveryMinute })).MakeAsync(new LegacyShopPlan(Start, PairDays: 7, IndexBars: 5_000), Token);

        await new ShopCopier(shop.ConnectionString, copy.ConnectionString).CopyAsync(3, Token);

        foreach (var table in (string[])["data_bars", "derived_data_bars"])
        {
            Assert.True(UtcTime.From(await copy.ValueAsync<DateTime>($"SELECT min(ts_utc) FROM {table}", Token)) >= Start - TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1));
            Assert.Equal(await shop.ValueAsync<long>($"SELECT count(*) FROM {table} WHERE ts_utc >= '{Start - TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1)}'", Token),
                await copy.ValueAsync<long>($"SELECT count(*) FROM {table}", Token));
        }
    }

    [Fact]
    public async Task A_shop_that_lacks_a_table_is_refused_by_name()
    {
        await using var shop = await server.CreateDatabaseAsync(Token);
        await using var copy = await server.CreateDatabaseAsync(Token);

        var refused = await Assert.ThrowsAsync<FaultException>(() => new ShopCopier(shop.ConnectionString, copy.ConnectionString).CopyAsync(3, Token));

        Assert.Contains("public.data_bars", refused.Message, StringComparison.Ordinal);
    }

    // Without the identity, whose numbers are the copy's own.
    static Task<string?> PrintAsync(TestDatabase database, string table) => database.ValueAsync<string>(
        $"SELECT md5(string_agg((to_jsonb(t) - 'id')::text, ',' ORDER BY (to_jsonb(t) - 'id')::text COLLATE \"C\")) FROM {table} AS t", Token);

    static Task<string?> KeysAsync(TestDatabase database, string table) => database.ValueAsync<string>(
        $"""
        SELECT string_agg(k.line, E'\n' ORDER BY k.line)
        FROM (SELECT pg_get_constraintdef(oid) AS line FROM pg_constraint WHERE conrelid = '{table}'::regclass
              UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '{table}'::regclass
              UNION ALL SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attgenerated) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0) AS k
        """, Token);
}
