using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Bars.Tests;

/// <summary>The one place that tells whether a row is a bar, and its twin in SQL: they say the same of every row, and neither ever
/// fails.</summary>
public sealed class HostRowTests(TestServer server)
{
    static readonly string[] Values =
    [
        "null",
        "'NaN'",
        "'Infinity'",
        "'-Infinity'",
        "0",
        "-1",
        "1",
        "2",
        "1.5",
        "1.000000001",
        "0.000000004",
        "0.000000005",
        "1e-30",
        "999999999999",
        "999999999999.999999994",
        "999999999999.999999996",
        "1e12",
        "1e28",
        "1e29",
        "1e40",
        "1e1000",
        "1.1000000000000000888178419700125232338905334472656250",
        "12345678901234567890123456789",
        "0.12345678901234567890123456789",
    ];

    [Fact]
    public async Task Prices_are_judged_alike_here_and_in_the_server()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var command = host.Data.CreateCommand(
            $"""
            SELECT numeric_send(o), numeric_send(h), numeric_send(l), numeric_send(c), dxy.bar_fault(o, h, l, c), dxy.is_price(c)
              AND c < 999999999999.9
            FROM (SELECT unnest(ARRAY[{string.Join(", ", Values.Select(value => value + "::numeric"))}]) AS v) AS x,
                 LATERAL (VALUES (v, 2, 0.5, 1), (1, v, 0.5, 1), (1, 2, v, 1), (1, 2, 0.5, v), (v, v, v, v)) AS r(o, h, l, c)
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        var rows = 0;
        while (await reader.ReadAsync(TestHost.Token))
        {
            rows++;
            var row = Row(Bytes(reader, 0), Bytes(reader, 1), Bytes(reader, 2), Bytes(reader, 3), [], []);
            var isBar = row.TryBar(TestHost.One("EURUSD"), out var bar, out var unfit);
            Assert.Equal((isBar, isBar), (bar is not null, unfit is null));
            var fault = reader.IsDBNull(4) ? null : reader.GetString(4);
            Assert.Equal(fault is null, isBar);
            if (unfit is not null)
            {
                Assert.StartsWith($"{unfit.Column} is ", fault);
            }

            // A double has no room for the last places below the limit.
            Assert.Equal(
                !reader.IsDBNull(5) && reader.GetBoolean(5),
                HostRow.TryClose(Bytes(reader, 3), out var close, out _) && close < 999999999999.9
            );
        }

        Assert.Equal(Values.Length * 5, rows);
    }

    [Fact]
    public async Task Volumes_are_known_alike_here_and_in_the_server()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var command = host.Data.CreateCommand(
            $"""
            SELECT numeric_send(v), dxy.known_volume(v)::text
            FROM unnest(ARRAY[{string.Join(
                ", ",
                Values.Append("999999999999999.99999999999999").Append("999999999999999").Append("1e15").Append(
                    "123456789012345.0000000000000000000000000001"
                ).Append("0.0000000000000000005").Select(value => value + "::numeric")
            )}]) AS v
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            var one = await OneAsync(host);
            Assert.True(Row(one, one, one, one, Bytes(reader, 0), []).TryBar(TestHost.One("EURUSD"), out var bar, out _));
            Assert.Equal(reader.IsDBNull(1), bar.Unknown.HasFlag(BarUnknowns.Volume));
            Assert.Equal(
                reader.IsDBNull(1) ? 0 : decimal.Parse(reader.GetString(1), System.Globalization.CultureInfo.InvariantCulture),
                bar.Volume
            );
        }
    }

    [Fact]
    public async Task Sums_of_volumes_are_the_servers_own_to_the_last_place()
    {
        await using var host = await TestHost.OpenAsync(server);
        await using var command = host.Data.CreateCommand(
            """
            SELECT array_agg(v::text), round(sum(v), least(18, 28 - length(trunc(sum(v))::text)))::text
            FROM (SELECT i % 50 AS g, dxy.known_volume((random() * 10 ^ (i % 16))::numeric + round(random()::numeric / (i % 9 + 1), 18))
              AS v FROM generate_series(1, 3000) AS i) AS x GROUP BY g
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            var volumes = reader
                .GetFieldValue<string[]>(0)
                .Select(text => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(decimal.Parse(reader.GetString(1), System.Globalization.CultureInfo.InvariantCulture), Volume.Sum(volumes));
        }
    }

    [Fact]
    public void A_partial_row_and_one_off_the_grid_are_no_bars_and_named_by_nobody()
    {
        Assert.False(
            new HostRow
            {
                Time = TestHost.Minute(0),
                Open = [],
                High = [],
                Low = [],
                Close = [],
                Volume = [],
                Vwap = [],
                TradeCount = null,
                IsPartial = true,
            }.TryBar(TestHost.One("EURUSD"), out _, out var partial)
        );
        Assert.False(
            new HostRow
            {
                Time = TestHost.Minute(0) + TimeSpan.FromSeconds(1),
                Open = [],
                High = [],
                Low = [],
                Close = [],
                Volume = [],
                Vwap = [],
                TradeCount = null,
                IsPartial = false,
            }.TryBar(TestHost.One("EURUSD"), out _, out var off)
        );
        Assert.Equal((null, null), (partial, off));
    }

    static HostRow Row(byte[] open, byte[] high, byte[] low, byte[] close, byte[] volume, byte[] vwap) =>
        new()
        {
            Time = TestHost.Minute(0),
            Open = open,
            High = high,
            Low = low,
            Close = close,
            Volume = volume,
            Vwap = vwap,
            TradeCount = 0,
            IsPartial = false,
        };

    static byte[] Bytes(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? [] : reader.GetFieldValue<byte[]>(ordinal);

    static async Task<byte[]> OneAsync(TestHost host)
    {
        await using var command = host.Data.CreateCommand("SELECT numeric_send(1::numeric)");
        return (byte[])(await command.ExecuteScalarAsync(TestHost.Token))!;
    }
}
