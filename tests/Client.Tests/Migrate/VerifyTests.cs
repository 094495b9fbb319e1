using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class VerifyTests(TestServer server)
{
    const string Bars = """
        INSERT INTO public.{0} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'DXY', '1m', timestamptz '2019-10-07 10:00Z' + i * interval '1 minute', 100, 101, 99, 100, 'synthetic'
          FROM generate_series(0, 99) AS i;
        """;

    static async Task<Dxy> FilledAsync(TestServer server)
    {
        var dxy = await Runs.StartAsync(server);
        await dxy.Database.RunAsync(
            Bars.Replace("{0}", "data_bars", StringComparison.Ordinal) + Bars.Replace("{0}", "derived_data_bars", StringComparison.Ordinal)
        );
        return dxy;
    }

    [Fact]
    public async Task Equal_tables_end_with_0_different_ones_with_10_and_empty_ones_with_11()
    {
        await using var dxy = await Runs.StartAsync(server);
        var empty = (await dxy.MigrateAsync(11, "verify", "--json")).Json;
        Assert.Equal(
            ("not_compared", "nothing is stored in the range"),
            (empty.GetProperty("verdict").GetString(), empty.GetProperty("note").GetString())
        );
        await using var filled = await FilledAsync(server);
        var equal = (await filled.MigrateAsync(0, "verify", "--json")).Json;
        Assert.Equal(
            ("dxy.migrate.verify/1", "full", 100),
            (equal.GetProperty("schema").GetString(), equal.GetProperty("scope").GetString(), equal.GetProperty("compared").GetInt32())
        );
        await filled.Database.RunAsync("UPDATE data_bars SET vwap = 0 WHERE ts_utc = '2019-10-07 10:07Z'");
        var sample = Assert.Single((await filled.MigrateAsync(10, "verify", "--json")).Json.GetProperty("samples").EnumerateArray());
        Assert.Equal(
            ("2019-10-07T10:07:00Z", "different"),
            (sample.GetProperty("ts_utc").GetString(), sample.GetProperty("kind").GetString())
        );
        Assert.Equal(System.Text.Json.JsonValueKind.Null, sample.GetProperty("source").GetProperty("vwap").ValueKind);
        Assert.Equal(0, sample.GetProperty("target").GetProperty("vwap").GetInt32());
        await filled.MigrateAsync(0, "verify", "--from", "2019-10-07T10:08:00Z", "--to", "2019-10-08T00:00:00Z");
        await filled.MigrateAsync(11, "verify", "--since-last");
        await filled.MigrateAsync(2, "verify", "--since-last", "--parity");
    }

    [Fact]
    public async Task After_completion_what_the_run_removed_is_compared_and_what_still_comes_is_told()
    {
        await using var dxy = await FilledAsync(server);
        await dxy.Database.RunAsync(
            $"""
            UPDATE public.derived_data_bars SET deleted_at = '2020-01-01Z' WHERE canonical_symbol = 'DXY';
            INSERT INTO dxy.run_batch (run, step, number, table_name, from_ts, to_ts, rows, mark, took_ms, at)
            VALUES ('{Runs.Name}', 'cleanup/remove', 1, 'derived_data_bars', '2019-10-07T10:00Z', '2019-10-07T11:40Z', 100, '2020-01-01Z',
              1, dxy.now())
            """
        );
        await dxy.EndAsync();
        var equal = (await dxy.MigrateAsync(0, "verify", "--json")).Json;
        Assert.Equal(
            ("removed", "equal", 100),
            (equal.GetProperty("scope").GetString(), equal.GetProperty("verdict").GetString(), equal.GetProperty("compared").GetInt32())
        );

        await dxy.Database.RunAsync("DELETE FROM public.data_bars WHERE ts_utc = '2019-10-07 10:07Z'");
        Assert.Contains("1 missing, 0 active in the old table", (await dxy.MigrateAsync(10, "verify")).Out, StringComparison.Ordinal);
        await dxy.Database.RunAsync(
            $"INSERT INTO dxy.run_conflict (run, ts_utc, class, resolution) VALUES ('{Runs.Name}', '2019-10-07 10:07Z', 'foreign', "
                + $"'keep_target')"
        );
        await dxy.MigrateAsync(0, "verify");
        await dxy.Database.RunAsync(
            "INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', "
                + "'1m', '2019-10-07 12:00Z', 1, 1, 1, 1, 'derived')"
        );
        Assert.Contains("1 active in the old table", (await dxy.MigrateAsync(10, "verify")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_interrupted_is_gone_on_with()
    {
        await using var dxy = await FilledAsync(server);
        var first = (await dxy.MigrateAsync(0, "verify", "--json")).Json.GetProperty("verification").GetInt64();
        await dxy.Database.RunAsync(
            $"""
            UPDATE dxy.verification SET state = 'running', finished_at = NULL, compared = 1000,
              checkpoint = checkpoint || jsonb_build_object('left', jsonb_build_array(jsonb_build_array(
                (extract(epoch FROM from_ts)::bigint + 62135596800) * 10000000, (extract(epoch
                  FROM to_ts)::bigint + 62135596800) * 10000000)))
            WHERE id = {first}
            """
        );
        var again = await dxy.MigrateAsync(0, "verify", "--json");
        Assert.Equal((first, 1100), (again.Json.GetProperty("verification").GetInt64(), again.Json.GetProperty("compared").GetInt32()));
        Assert.Contains($"going on with verification {first}", again.Error, StringComparison.Ordinal);
        Assert.NotEqual(first, (await dxy.MigrateAsync(0, "verify", "--json")).Json.GetProperty("verification").GetInt64());
    }
}
