using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Conventions;

/// <summary>A database whose owner set what he likes: each verb says what it says on any other.</summary>
public sealed class OddDatabaseTests(TestServer server)
{
    static readonly string[] Settings =
    [
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = on",
        "default_transaction_deferrable = on",
        "statement_timeout = '500ms'",
        "lock_timeout = '1ms'",
        "idle_in_transaction_session_timeout = '100ms'",
        "idle_session_timeout = '100ms'",
        "DateStyle = German, DMY",
        "IntervalStyle = 'sql_standard'",
        "TimeZone = 'America/New_York'",
        "bytea_output = 'escape'",
        "extra_float_digits = -10",
        "standard_conforming_strings = off",
        "search_path = pg_temp",
        "lc_messages = 'C'",
        "enable_indexscan = off",
    ];

    [Fact]
    public async Task Every_verb_says_on_a_database_with_settings_of_its_own_what_it_says_on_any()
    {
        await using var plain = await Dxy.OnAsync(server, schema: false);
        await using var odd = await Dxy.OnAsync(server, schema: false);
        foreach (var setting in Settings)
        {
            await using var set = odd.Database.Admin.CreateCommand($"ALTER DATABASE {odd.Database.Name} SET {setting}");
            await set.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        foreach (
            var call in (string[][])
                [
                    ["db", "apply"],
                    ["db", "check"],
                    ["import", "pairs.csv"],
                    ["import", "pairs.csv"],
                    ["due"],
                    ["bars", "DXY", "1m", "--format", "csv"],
                    ["bars", "DXY", "5m", "--format", "csv"],
                    ["bars", "EURUSD", "1h", "--json"],
                    ["verify", "DXY", .. Dxy.Range(60)],
                    ["verify", "DXY", "--sql", .. Dxy.Range(60)],
                    ["gaps", "DXY", .. Dxy.Range(60)],
                    ["explain", "DXY", Dxy.Monday.ToString()],
                    ["derive", "DXY", .. Dxy.Range(60)],
                    ["rollup", "EURUSD", "5m", .. Dxy.Range(60)],
                    ["symbols"],
                ]
        )
        {
            plain.Pairs(60);
            odd.Pairs(60);
            var (one, other) = (await plain.RunAsync(call), await odd.RunAsync(call));
            Assert.True(one.Code == 0, $"{string.Join(' ', call)}: {one}");
            Assert.True(one.Code == other.Code, $"{string.Join(' ', call)}: {other}");
            if (call is not ["db", "apply"])
            {
                // Which of the server's roles are there already is another test's doing.
                Assert.Equal(Told(one, plain), Told(other, odd));
            }
        }
    }

    // What differs anyway: the databases' names, and when it was run.
    static string Told(Called called, Dxy dxy) =>
        string.Join(
            '\n',
            called
                .Out.Replace(dxy.Database.Name, "NAME", StringComparison.Ordinal)
                .Replace(dxy.Folder, "FOLDER", StringComparison.Ordinal)
                .Split('\n')
                .Where(line => !line.Contains("took", StringComparison.Ordinal) && !line.Contains("written", StringComparison.Ordinal))
                .Select(line =>
                    System.Text.RegularExpressions.Regex.Replace(
                        line,
                        @"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+Z?|\d+\.\d+ s|[\d,]+ "
                            + @"rows/s|""(ingested_at|created_at|updated_at)"":""[^""]*""",
                        "TIME"
                    )
                )
        );
}
