using System.Globalization;
using CsCheck;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Verification;

public sealed class VerificationPropertyTests(TestServer server)
{
    static readonly string[] Changes =
    [
        "open = open + 0.00000001",
        "high = high + 1",
        "low = low - 0.5",
        "close = close - 0.00000001",
        "vol = vol + 1",
        "vwap = coalesce(vwap + 1, 0)",
        "trade_count = trade_count + 1",
        "is_partial = NOT is_partial",
        "open = open * 1.000, vwap = vwap * 1.0, source = 'ingest'",
    ];

    // A bar, whether it is harmed in the old table, and how: 9 drops it.
    static readonly Gen<(int Bar, bool Old, int How)[]> Harm = Gen.Select(Gen.Int[0, 399], Gen.Bool, Gen.Int[0, 9])
        .Array[0, 12]
        .Select(all => all.GroupBy(one => one.Item1).Select(one => one.First()).ToArray());

    [Fact]
    public async Task Exactly_the_bars_that_were_changed_are_reported()
    {
        await using var host = await TwoTables.OpenAsync(server);
        await Harm.SampleAsync(
            async harm =>
            {
                await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
                var expected = new List<string>();
                var undo = "";
                foreach (var (bar, old, how) in harm)
                {
                    var table = old ? "derived_data_bars" : "data_bars";
                    var key = $"canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(bar * 10)}'";
                    await RunAsync(
                        connection,
                        $"CREATE TEMP TABLE IF NOT EXISTS kept_{table} AS SELECT * FROM public.{table} WHERE false; INSERT INTO "
                            + $"kept_{table} SELECT * FROM public.{table} WHERE {key}"
                    );
                    var change = how < 9 ? Changes[how].Replace("'ingest'", "'synthetic'", StringComparison.Ordinal) : "";
                    await RunAsync(
                        connection,
                        how < 9 ? $"UPDATE public.{table} SET {change} WHERE {key}" : $"DELETE FROM public.{table} WHERE {key}"
                    );
                    undo += $"DELETE FROM public.{table} WHERE {key}; INSERT INTO public.{table} SELECT * FROM kept_{table} WHERE {key};";
                    if (how != 8)
                    {
                        var kind =
                            how < 9 ? RowDifferenceKind.Different
                            : old ? RowDifferenceKind.Extra
                            : RowDifferenceKind.Missing;
                        expected.Add(
                            string.Create(CultureInfo.InvariantCulture, $"{TestHost.Minute(bar * 10).ToDateTime():MM-dd HH:mm} {kind}")
                        );
                    }
                }

                var found = await host.VerifyAsync();
                if (undo.Length > 0)
                {
                    await RunAsync(connection, undo + "DROP TABLE IF EXISTS kept_data_bars, kept_derived_data_bars");
                }

                Assert.Equal(expected.Count == 0 ? VerificationState.Equal : VerificationState.Different, found.State);
                Assert.Equal(expected.Count, found.Missing + found.Extra + found.Different);
                Assert.Equal(expected.Count(one => one.EndsWith("Different", StringComparison.Ordinal)), found.Different);
                Assert.Equal(expected.Count(one => one.EndsWith("Extra", StringComparison.Ordinal)), found.Extra);
                Assert.Subset(expected.ToHashSet(), found.Found().ToHashSet());
                Assert.Equal(expected.GroupBy(one => one[12..]).Sum(kind => Math.Min(5, kind.Count())), found.Samples.Count);
            },
            iter: 40,
            threads: 1
        );
    }

    [Fact]
    public async Task While_bars_are_written_to_both_tables_nothing_differs()
    {
        await using var host = await TwoTables.OpenAsync(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestHost.Token);
        var written = 0;
        var writer = Task.Run(
            async () =>
            {
                await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    // New bars, corrections and removals, each in both tables in one transaction.
                    var time = TestHost.Minute((i * 37 % 400 * 10) + (i % 2));
                    await RunAsync(
                        connection,
                        $"BEGIN; {Write("derived_data_bars", time.ToString(), i)}; {Write("data_bars", time.ToString(), i)}; COMMIT"
                    );
                    Volatile.Write(ref written, i);
                }
            },
            TestHost.Token
        );
        for (var round = 0; round < 15; round++)
        {
            var before = Volatile.Read(ref written);
            var found = await host.VerifyAsync(range: new(TestHost.Minute(0), TestHost.Minute(4000)));
            Assert.Equal((VerificationState.Equal, 0), (found.State, found.Samples.Count));
            while (Volatile.Read(ref written) < before + 20 && !writer.IsCompleted)
            {
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await writer;
        Assert.True(written > 100);
    }

    static string Write(string table, string time, int i) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            DELETE FROM public.{table} WHERE canonical_symbol = 'DXY' AND ts_utc = '{time}';
            INSERT INTO public.{table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'DXY', '1m', '{time}', 100, 200, 50, 100 + {i % 90}, 'synthetic' WHERE {i % 3} > 0
            """
        );

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }
}
