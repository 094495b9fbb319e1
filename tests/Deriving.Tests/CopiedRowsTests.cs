using DxyOrleans.Bars;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Deriving.Tests;

/// <summary>The server's binary forms, read by our own hand.</summary>
public sealed class CopiedRowsTests(TestServer server)
{
    public static TheoryData<string> Numbers =>
        [
            "0",
            "0.00",
            "0.00000000",
            "1",
            "-1",
            "10000",
            "9999",
            "99999999",
            "100000000",
            "1.5",
            "1.10",
            "1.08435",
            "150.12000000",
            "0.00000001",
            "0.0001",
            "0.00010000",
            "-0.5",
            "123456789012.12345678",
            "12345678901234567890.12345678",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "7.9228162514264337593543950335",
            "0.0000000000000000000000000001",
            "1000000000000",
            "1200340056007800",
            "99990000",
            "0.99990000",
        ];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_number_is_read_with_its_value_and_its_places(string number)
    {
        Assert.True(ServerNumber.TryDecimal(await BytesAsync($"SELECT numeric_send('{number}'::numeric)"), 8, out var read));
        Assert.Equal(number, read.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Numbers_of_any_size_and_scale_are_what_the_library_reads()
    {
        await using var data = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = data.CreateCommand(
            """
            SELECT n, numeric_send(n) FROM (
              SELECT round((random() * 10 ^ (i % 13))::numeric, i % 9) * CASE WHEN i % 5 = 0 THEN -1 ELSE 1 END AS n
                FROM generate_series(1, 2000) AS i) AS x
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            Assert.True(ServerNumber.TryDecimal(reader.GetFieldValue<byte[]>(1), 8, out var read));
            Assert.Equal(decimal.GetBits(reader.GetDecimal(0)), decimal.GetBits(read));
        }
    }

    [Fact]
    public async Task Doubles_of_numbers_one_behind_the_other_are_the_servers_own()
    {
        await using var data = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = data.CreateCommand(
            """
            SELECT array_agg(n::double precision ORDER BY i), string_agg(numeric_send(n), '' ORDER BY i) FROM (
              SELECT i, round((random() * 10 ^ (i % 30 - 9))::numeric, i % 12) * CASE WHEN i % 7 = 0 THEN -1 ELSE 1 END AS n
                FROM generate_series(1, 5000) AS i
              UNION ALL SELECT 5000 + row_number() OVER (),
                unnest('{0,-1,NaN,Infinity,-Infinity,90071992.54740992,90071992.54740993,90071992.54740994,1e-30,1e300,-1.5e-8}'::numeric[])
            ) AS x
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        Assert.True(await reader.ReadAsync(TestHost.Token));
        var doubles = reader.GetFieldValue<double[]>(0);
        var read = Doubles(reader.GetFieldValue<byte[]>(1));
        Assert.Equal(doubles, read);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("-79228162514264337593543950336")]
    [InlineData("1e40")]
    [InlineData("1e1000")]
    [InlineData("1e100000")]
    public async Task What_no_decimal_holds_is_told_and_throws_nothing(string number)
    {
        var bytes = await BytesAsync($"SELECT numeric_send('{number}'::numeric)");
        Assert.False(ServerNumber.TryDecimal(bytes, 8, out _));
        Assert.InRange(ServerNumber.Text(bytes).Length, 1, 42);
        _ = (ServerNumber.ToDouble(bytes), ServerNumber.Scaled(bytes));
    }

    [Fact]
    public async Task A_number_of_more_places_than_a_decimal_has_is_rounded_as_the_server_rounds()
    {
        await using var data = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = data.CreateCommand(
            """
            SELECT numeric_send(n), round(n, 8)::text, n::text FROM (
              SELECT (random()::numeric::text || lpad((random() * 1e12)::bigint::text, 12, '0') || lpad((i * 7919)::text, 8,
                '5'))::numeric * (CASE WHEN i % 2 = 0 THEN -1 ELSE 1 END) * 10 ^ (i % 11)::numeric AS n
              FROM generate_series(1, 500) AS i
              UNION ALL SELECT unnest('{0.000000004999999999999999999999999999999,0.000000005,0.00000000500000000000000000000000000000001,1.1000000000000000888178419700125232338905334472656250,0.999999995000000000000000000000000000}'::numeric[])
            ) AS x
            """
        );
        await using var reader = await command.ExecuteReaderAsync(TestHost.Token);
        while (await reader.ReadAsync(TestHost.Token))
        {
            Assert.True(ServerNumber.TryDecimal(reader.GetFieldValue<byte[]>(0), 8, out var read), reader.GetString(2));
            Assert.Equal(
                decimal.Parse(reader.GetString(1), System.Globalization.CultureInfo.InvariantCulture),
                Core.Bars.Price.Round(read)
            );
        }
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1.10", "1.1")]
    [InlineData("-1.29", "-1.29")]
    [InlineData("1000000", "1000000")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("NaN", "NaN")]
    [InlineData("-Infinity", "-Infinity")]
    public async Task A_number_is_written_for_people(string number, string text) =>
        Assert.Equal(text, ServerNumber.Text(await BytesAsync($"SELECT numeric_send('{number}'::numeric)")));

    [Theory]
    [InlineData("2000-01-01T00:00:00Z")]
    [InlineData("1999-12-31T23:59:59.999999Z")]
    [InlineData("2024-03-04T08:00:00.000001Z")]
    public async Task A_time_is_read_to_the_microsecond(string time) =>
        Assert.Equal(
            DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).UtcTicks,
            StoredColumns.Time(await BytesAsync($"SELECT timestamptz_send('{time}'::timestamptz)")).Ticks
        );

    static List<double> Doubles(ReadOnlySpan<byte> numbers)
    {
        var read = new List<double>();
        while (!numbers.IsEmpty)
        {
            read.Add(StoredColumns.ReadDouble(ref numbers));
        }

        return read;
    }

    async Task<byte[]> BytesAsync(string sql)
    {
        await using var data = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = data.CreateCommand(sql);
        return (byte[])(await command.ExecuteScalarAsync(TestHost.Token))!;
    }
}
