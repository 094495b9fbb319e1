using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>How rows come (one statement or many, late, over several partitions) doesn't change what is derived of them, nor does what the
/// database is set to.</summary>
public sealed class HowRowsComeTests(TestServer server)
{
    const string Bulk = "42-bulk-over-partitions.sql";

    const string Derived = """
        SELECT string_agg(concat_ws(' ', canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', open, high, low, close, vol, vwap,
          trade_count, is_partial, raw), E'\n'
                          ORDER BY canonical_symbol, timeframe, ts_utc)
        FROM (SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw FROM data_bars
          WHERE canonical_symbol = 'DXY'
              UNION ALL SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw
                FROM derived_data_bars WHERE deleted_at IS NULL) AS b
        """;

    static async Task<string?> CountsAsync(CaseHost host, string symbol) =>
        await host.ValueAsync(
            $"""
            SELECT concat_ws(' ', (SELECT count(*) FROM data_bars WHERE canonical_symbol = '{symbol}'),
              (SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '5m' AND deleted_at IS NULL),
              (SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '1h' AND deleted_at IS NULL))
            """
        );

    static async Task<string?> MidnightsAsync(CaseHost host) =>
        await host.ValueAsync(
            "SELECT string_agg(close::numeric(14, 8)::text, ' ' ORDER BY ts_utc) FROM data_bars WHERE canonical_symbol = 'DXY' AND "
                + "(ts_utc AT TIME ZONE 'UTC')::time = '00:00'"
        );

    [Fact]
    public async Task A_bulk_load_over_four_months_partitions_is_derived_whole_and_renewed_whole_by_the_next_one()
    {
        await using var host = await CaseHost.OpenAsync(server, partitions: new Partitions(UtcTime.At(2019, 9, 1)));
        foreach (var (open, level) in ((string, string)[])[("1.1120,1", "97.68697262"), ("1.1220,1", "97.18452640")])
        {
            await host.ThenAsync(CaseHost.Text(Bulk).Replace("1.1120,1", open, StringComparison.Ordinal));
            Assert.Equal("60 16 8", await CountsAsync(host, "DXY"));
            Assert.Equal("60 16 8", await CountsAsync(host, "EURUSD"));
            Assert.Equal($"{level} {level} {level} {level}", await MidnightsAsync(host));
            foreach (var symbol in (string[])["DXY", "EURUSD", "USDSEK"])
            {
                var verified = await host.Console.RunAsync(
                    "verify",
                    symbol,
                    "--from",
                    "2019-09-30T00:00:00Z",
                    "--to",
                    "2020-01-02T00:00:00Z"
                );
                Assert.True(verified.Code == 0, verified.ToString());
            }
        }

        Assert.Equal("5", await host.ValueAsync("SELECT count(DISTINCT tableoid)::text FROM data_bars"));
        Assert.Empty(await host.DueAsync());
    }

    [Theory]
    [InlineData("row by row")]
    [InlineData("in small transactions, worked off in between")]
    [InlineData("pair after pair, worked off in between")]
    [InlineData("backwards")]
    [InlineData("straight into the partitions")]
    [InlineData("wrong first, and then corrected")]
    [InlineData("moved to their minutes")]
    public async Task However_they_come_what_is_derived_of_them_is_the_same(string how)
    {
        await using var once = await CaseHost.OpenAsync(server);
        await once.PlayAsync(Bulk);
        var expected = await once.ValueAsync(Derived);

        await using var host = await CaseHost.OpenAsync(
            server,
            partitions: how.StartsWith("straight", StringComparison.Ordinal) ? new Partitions(UtcTime.At(2019, 9, 1)) : null
        );
        await host.RunAsync(
            "CREATE TABLE loaded (LIKE data_bars INCLUDING DEFAULTS INCLUDING INDEXES);"
                + CaseHost.Text(Bulk).Replace("INTO data_bars", "INTO loaded", StringComparison.Ordinal)
        );
        const string Insert = "INSERT INTO data_bars SELECT * FROM loaded ";
        switch (how)
        {
            case "row by row":
                await host.RunAsync(
                    "DO $$ DECLARE r loaded; BEGIN FOR r IN SELECT * FROM loaded ORDER BY md5(ts_utc::text || canonical_symbol) LOOP "
                        + "INSERT INTO data_bars SELECT r.*; END LOOP; END $$"
                );
                break;
            case "in small transactions, worked off in between":
                for (var part = 0; part < 10; part++)
                {
                    await host.ThenAsync($"{Insert} WHERE abs(hashtext(ts_utc::text || canonical_symbol)) % 10 = {part}");
                }

                break;
            case "pair after pair, worked off in between":
                foreach (var pair in (string[])["USDCHF", "USDJPY", "GBPUSD", "USDCAD", "EURUSD", "USDSEK"])
                {
                    await host.ThenAsync($"{Insert} WHERE canonical_symbol = '{pair}'");
                }

                break;
            case "backwards":
                foreach (var month in (string[])["2020-01-01", "2019-12-01", "2019-11-01", "2019-10-01"])
                {
                    await host.ThenAsync(
                        $"{Insert} WHERE ts_utc > timestamptz '{month}Z' - interval '1 day' AND ts_utc < timestamptz '{month}Z' + "
                            + $"interval '1 day'"
                    );
                }

                break;
            case "straight into the partitions":
                await host.RunAsync(
                    string.Join(
                        ";",
                        ((string[])["2019_09", "2019_10", "2019_11", "2019_12", "2020_01"]).Select(month =>
                            $"INSERT INTO data_bars_{month} SELECT * FROM loaded WHERE to_char(ts_utc AT TIME ZONE 'UTC', 'YYYY_MM') = "
                            + $"'{month}'"
                        )
                    )
                );
                break;
            case "wrong first, and then corrected":
                await host.ThenAsync(
                    "CREATE TABLE wrong AS SELECT * FROM loaded; UPDATE wrong SET open = 2 * open, high = 2 * high, low = 2 * low, "
                        + "close = 2 * close; INSERT INTO data_bars SELECT * FROM wrong"
                );
                await host.ThenAsync(CaseHost.Text(Bulk));
                break;
            default:
                await host.ThenAsync(
                    $"UPDATE loaded SET ts_utc = ts_utc + interval '1 day'; {Insert}; UPDATE data_bars SET ts_utc = ts_utc - interval "
                        + $"'1 day' WHERE canonical_symbol <> 'DXY'"
                );
                break;
        }

        await host.SettleAsync();
        Assert.Equal(expected, await host.ValueAsync(Derived));
    }

    [Fact]
    public async Task Two_writers_at_once_come_to_what_one_comes_to()
    {
        await using var once = await CaseHost.OpenAsync(server);
        await once.PlayAsync(Bulk);
        await using var host = await CaseHost.OpenAsync(server);
        var writers = Enumerable.Range(0, 2).Select(_ => host.RunAsync(CaseHost.Text(Bulk))).Append(host.SettleAsync());
        await Task.WhenAll(writers);
        await host.SettleAsync();
        Assert.Equal(await once.ValueAsync(Derived), await host.ValueAsync(Derived));
        Assert.Empty(await host.DueAsync());
    }

    [Theory]
    [InlineData("ALTER DATABASE {0} SET")]
    [InlineData("ALTER ROLE {1} IN DATABASE {0} SET")]
    public async Task What_the_database_or_the_role_sets_changes_nothing_that_is_read_or_derived(string where)
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("30-plain-sql.sql");
        string[][] calls =
        [
            ["bars", "DXY", "1m", "--last", "5"],
            ["bars", "DXY", "5m", "--last", "5", "--json"],
            ["verify", "DXY", "--from", "2019-10-15T10:00:00Z", "--to", "2019-10-15T11:00:00Z"],
            ["gaps", "DXY", "--from", "2019-10-15T10:00:00Z", "--to", "2019-10-15T11:00:00Z"],
            ["explain", "DXY", "2019-10-15T10:01:00Z"],
            ["due"],
            ["db", "check"],
        ];
        var before = new List<Called>();
        foreach (var call in calls)
        {
            before.Add(await host.Console.RunAsync(call));
        }

        var role = await host.ValueAsync("SELECT current_user::text");
        var settings = CaseHost
            .Text("35-database-settings.sql")
            .Replace(
                "ALTER DATABASE dxy SET",
                where.Replace("{0}", host.Console.Database.Name, StringComparison.Ordinal).Replace("{1}", role, StringComparison.Ordinal),
                StringComparison.Ordinal
            );
        await using (var set = host.Console.Database.Admin.CreateCommand(settings))
        {
            await set.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        host.Console.Database.Data.Clear();
        Assert.Equal("German, DMY", await host.ValueAsync("SHOW datestyle"));
        foreach (var (call, said) in calls.Zip(before))
        {
            Assert.Equal(said, await host.Console.RunAsync(call));
        }

        await host.ThenAsync(
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT s, '1m', '2019-10-23T15:00Z', p, p, p, p, 1, 'ingest'
            FROM (VALUES ('EURUSD',1.117),('USDJPY',108.4),('GBPUSD',1.29),('USDCAD',1.31),('USDSEK',9.66),('USDCHF',0.985)) v(s,p)
            """
        );
        foreach (var timeframe in (string[])["1m", "1h"])
        {
            Assert.Equal(
                ["15:00 97.2622006 97.2622006 97.2622006 97.2622006 0"],
                await host.BarsAsync("DXY", timeframe, "2019-10-23T15:00:00Z", "2019-10-23T16:00:00Z")
            );
        }

        Assert.Equal(0, (await host.VerifyAsync("DXY", "2019-10-23T15:00:00Z", "2019-10-23T16:00:00Z")).Code);
    }
}
