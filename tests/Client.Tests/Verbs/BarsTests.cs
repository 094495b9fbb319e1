using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class BarsTests(TestServer server)
{
    [Fact]
    public async Task Bars_as_csv_can_be_copied_into_a_table_of_the_same_columns_and_are_the_same_rows()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30));
        var called = await dxy.RunAsync(["bars", "DXY", "1m", "--format", "csv", .. Dxy.Range(30)]);
        Assert.Equal(0, called.Code);
        await using var connection = await dxy.Database.Data.OpenConnectionAsync();
        await using (var make = new NpgsqlCommand("CREATE TABLE again (LIKE data_bars)", connection))
        {
            await make.ExecuteNonQueryAsync();
        }

        await using (
            var copy = await connection.BeginTextImportAsync($"COPY again ({called.Out.Split('\n')[0]}) FROM STDIN (FORMAT csv, HEADER)")
        )
        {
            await copy.WriteAsync(called.Out);
        }

        Assert.Equal(30, await dxy.Database.ValueAsync<long>("SELECT count(*) FROM again"));
        Assert.Equal(
            0,
            await dxy.Database.ValueAsync<long>("SELECT count(*) FROM (SELECT * FROM again EXCEPT SELECT * FROM data_bars) AS d")
        );
    }

    [Fact]
    public async Task Bars_as_json_have_prices_of_8_places_and_snake_case_names()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        var called = await dxy.RunAsync("bars", "EURUSD", "5m", "--last", "1", "--json");
        Assert.Equal("dxy.bars/1", called.Json.GetProperty("schema").GetString());
        var bar = called.Json.GetProperty("bars")[0];
        Assert.Equal("2019-10-07T10:05:00Z", bar.GetProperty("ts_utc").GetString());
        Assert.Matches(@"^\d+\.\d{8}$", bar.GetProperty("close").GetRawText());
        Assert.All(bar.EnumerateObject(), property => Assert.Matches("^[a-z][a-z0-9_]*$", property.Name));
    }

    [Fact]
    public async Task As_of_an_instant_a_corrected_bar_says_what_it_said_then()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(3), "--no-derive");
        var old = await dxy.Database.ValueAsync<decimal>(
            $"SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{Dxy.Monday}'"
        );
        var before = await dxy.Database.ValueAsync<string>(
            "SELECT to_char(dxy.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        );
        await dxy.Database.RunAsync(
            $"UPDATE data_bars SET open = 2, high = 2, low = 2, close = 2, updated_at = now() WHERE canonical_symbol = 'EURUSD' AND "
                + $"ts_utc = '{Dxy.Monday}'"
        );
        await dxy.Database.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{Dxy.Monday + TimeSpan.FromMinutes(2)}'"
        );
        var then = await dxy.RunAsync(["bars", "EURUSD", "1m", "--as-of", before!, "--json", .. Dxy.Range(10)]);
        var now = await dxy.RunAsync(["bars", "EURUSD", "1m", "--json", .. Dxy.Range(10)]);
        Assert.Equal(3, then.Json.GetProperty("bars").GetArrayLength());
        Assert.Equal(old, then.Json.GetProperty("bars")[0].GetProperty("close").GetDecimal());
        Assert.Equal(2, now.Json.GetProperty("bars").GetArrayLength());
        Assert.Equal(2m, now.Json.GetProperty("bars")[0].GetProperty("close").GetDecimal());
        var long_ago = await dxy.RunAsync(["bars", "EURUSD", "1m", "--as-of", "2019-10-07T12:00:00Z", "--json", .. Dxy.Range(10)]);
        Assert.DoesNotContain(long_ago.Json.GetProperty("bars").EnumerateArray(), bar => bar.GetProperty("close").GetDecimal() == 2m);
    }

    [Fact]
    public async Task Without_a_range_the_newest_twenty_are_shown()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30), "--no-derive");
        var called = await dxy.RunAsync("bars", "USDJPY", "1m");
        Assert.Equal(21, called.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("2019-10-07T10:29:00Z", called.Out, StringComparison.Ordinal);
    }
}
