using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Bars.Tests;

public sealed class BinaryRowsTests(TestServer server)
{
    [Fact]
    public async Task The_server_reads_from_the_bytes_what_was_written()
    {
        var random = new Random(4);
        decimal[] edges =
        [
            0,
            0.1m,
            0.0001m,
            0.00001m,
            0.00000001m,
            1,
            9999,
            10_000,
            10_000.0001m,
            123_456_789.12345678m,
            1.10m,
            999_999_999_999.99999999m,
            12_345_678_901_234_567_890_123.4567m,
            0.1234567890123456789012345678m,
            decimal.MaxValue,
        ];
        var numbers = edges
            .Concat(
                Enumerable
                    .Range(0, 2000)
                    .Select(_ => new decimal(
                        random.Next(),
                        random.Next(),
                        random.Next(4) == 0 ? random.Next() : 0,
                        false,
                        (byte)random.Next(0, 29)
                    ))
            )
            .ToArray();
        var time = UtcTime.At(1999, 1, 4, 12, 34, 56) + TimeSpan.FromMicroseconds(789_012);
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await using var connection = await database.Data.OpenConnectionAsync(TestHost.Token);
        await database.RunAsync(
            "CREATE TABLE t (n integer, v numeric, name text, at timestamptz, yes boolean, raw jsonb, nothing numeric)",
            TestHost.Token
        );
        var rows = new BinaryRows();
        rows.Begin();
        for (var n = 0; n < numbers.Length; n++)
        {
            rows.Row(7);
            rows.Int4(n);
            rows.Number(numbers[n]);
            rows.Text("Zürich"u8);
            rows.Time(time);
            rows.Boolean(n % 2 == 0);
            rows.Json("{\"a\": 1.10}"u8);
            rows.Null();
        }

        rows.End();
        await using (var copy = await connection.BeginRawBinaryCopyAsync("COPY t FROM STDIN BINARY", TestHost.Token))
        {
            await copy.WriteAsync(rows.Written, TestHost.Token);
        }

        Assert.Equal(
            "",
            await database.ValueAsync<string>(
                $"""
                SELECT coalesce(string_agg(t.n || ' ' || t.v || ' ' || w.v, '; '), '')
                FROM t JOIN unnest(ARRAY[{string.Join(
                    ',',
                    numbers.Select(number => $"'{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}'")
                )}]) WITH ORDINALITY AS w(v, n) ON w.n = t.n + 1
                WHERE (t.v::text, t.name, t.at, t.yes, t.raw, t.nothing) IS DISTINCT FROM (w.v, 'Zürich', timestamptz '{time}',
                  t.n % 2 = 0, jsonb '{"{\"a\": 1.10}"}', NULL::numeric)
                """,
                TestHost.Token
            )
        );
        Assert.Equal(numbers.LongLength, await database.ValueAsync<long>("SELECT count(*) FROM t", TestHost.Token));
    }
}
