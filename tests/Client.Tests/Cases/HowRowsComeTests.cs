using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>How rows come (by one writer or by two at once) doesn't change what is derived of them, nor does what the database is set to.</summary>
public sealed class HowRowsComeTests(TestServer server)
{
    const string Bulk = "42-bulk-over-partitions.sql";

    const string Derived =
        """
        SELECT string_agg(concat_ws(' ', canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', open, high, low, close, vol, vwap, trade_count, is_partial, raw), E'\n'
                          ORDER BY canonical_symbol, timeframe, ts_utc)
        FROM (SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw FROM data_bars WHERE canonical_symbol = 'DXY'
              UNION ALL SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw FROM derived_data_bars WHERE deleted_at IS NULL) AS b
        """;

    [Fact]
    public async Task Two_writers_at_once_come_to_what_one_comes_to()
    {
        await using var once = await CaseShop.OpenAsync(server);
        await once.PlayAsync(Bulk);
        await using var shop = await CaseShop.OpenAsync(server);
        var writers = Enumerable.Range(0, 2).Select(_ => shop.RunAsync(CaseShop.Text(Bulk))).Append(shop.SettleAsync());
        await Task.WhenAll(writers);
        await shop.SettleAsync();
        Assert.Equal(await once.ValueAsync(Derived), await shop.ValueAsync(Derived));
        Assert.Empty(await shop.DueAsync());
    }

    [Theory]
    [InlineData("ALTER DATABASE {0} SET")]
    [InlineData("ALTER ROLE {1} IN DATABASE {0} SET")]
    public async Task What_the_database_or_the_role_sets_changes_nothing_that_is_read_or_derived(string where)
    {
        await using var shop = await CaseShop.OpenAsync(server);
        await shop.PlayAsync("30-plain-sql.sql");
        string[][] calls =
        [
            ["bars", "DXY", "1m", "--last", "5"], ["bars", "DXY", "5m", "--last", "5", "--json"], ["verify", "DXY", "--from", "2019-10-15T10:00:00Z", "--to", "2019-10-15T11:00:00Z"],
            ["gaps", "DXY", "--from", "2019-10-15T10:00:00Z", "--to", "2019-10-15T11:00:00Z"], ["explain", "DXY", "2019-10-15T10:01:00Z"], ["due"], ["db", "check"],
        ];
        var before = new List<Called>();
        foreach (var call in calls)
        {
            before.Add(await shop.Console.RunAsync(call));
        }

        var role = await shop.ValueAsync("SELECT current_user::text");
        var settings = CaseShop.Text("35-database-settings.sql").Replace("ALTER DATABASE dxy SET", where.Replace("{0}", shop.Console.Database.Name, StringComparison.Ordinal).Replace("{1}", role, StringComparison.Ordinal), StringComparison.Ordinal);
        await using (var set = shop.Console.Database.Admin.CreateCommand(settings))
        {
            await set.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        shop.Console.Database.Data.Clear();
        Assert.Equal("German, DMY", await shop.ValueAsync("SHOW datestyle"));
        foreach (var (call, said) in calls.Zip(before))
        {
            Assert.Equal(said, await shop.Console.RunAsync(call));
        }

        await shop.ThenAsync(
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT s, '1m', '2019-10-23T15:00Z', p, p, p, p, 1, 'ingest'
            FROM (VALUES ('EURUSD',1.117),('USDJPY',108.4),('GBPUSD',1.29),('USDCAD',1.31),('USDSEK',9.66),('USDCHF',0.985)) v(s,p)
            """);
        foreach (var timeframe in (string[])["1m", "1h"])
        {
            Assert.Equal(["15:00 97.2622006 97.2622006 97.2622006 97.2622006 0"], await shop.BarsAsync("DXY", timeframe, "2019-10-23T15:00:00Z", "2019-10-23T16:00:00Z"));
        }

        Assert.Equal(0, (await shop.VerifyAsync("DXY", "2019-10-23T15:00:00Z", "2019-10-23T16:00:00Z")).Code);
    }
}
