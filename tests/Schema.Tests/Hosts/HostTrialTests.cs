using System.Diagnostics;
using DxyOrleans.Core.Bars;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Hosts;

/// <summary>How rows are tried before anything is installed: quickly, at times that a host's calendar allows, and leaving sequences nearly
/// where they were.</summary>
public sealed class HostTrialTests(TestServer server)
{
    const string NoWeekends = "ALTER TABLE {0} ADD CONSTRAINT workdays CHECK (extract(isodow FROM ts_utc AT TIME ZONE 'UTC') < 6)";

    // All of a series' minutes of workdays, from a Monday on.
    const string Year = """
        INSERT INTO {0} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT s, f, t, 1, 1, 1, 1, 'ingest' FROM unnest('{EURUSD,DXY}'::text[]) AS s, (VALUES ('1m', '1 min'::interval), ('5m', '5 min'))
          AS v(f, i),
               generate_series(timestamptz '2024-12-02 00:00Z', '2024-12-20 23:59Z', i) AS t
        WHERE extract(isodow FROM t AT TIME ZONE 'UTC') < 6
        """;

    public static TheoryData<string, string> Calendars =>
        new()
        {
            { "no weekends", HostTables.Both(NoWeekends) },
            { "no weekends, in tables that hold every minute of the week", HostTables.Both(Year) + HostTables.Both(NoWeekends) },
            {
                "nothing before its history, and every minute of the week",
                HostTables.Both(Year) + HostTables.Both("ALTER TABLE {0} ADD CHECK (ts_utc >= '2024-12-02 00:00Z')")
            },
            {
                "nothing that is still to come",
                HostTables.Both("ALTER TABLE {0} ADD CHECK (ts_utc < '2100-01-01Z')")
                    + """
                        CREATE FUNCTION past() RETURNS trigger LANGUAGE plpgsql
                          AS $$BEGIN IF NEW.ts_utc > now() THEN RAISE 'not yet' USING ERRCODE = 'check_violation'; END IF; RETURN NEW;
                            END$$;
                        CREATE TRIGGER past BEFORE INSERT ON data_bars FOR EACH ROW EXECUTE FUNCTION past();
                        """
            },
            {
                "prices of five places from programs",
                HostTables.Both("ALTER TABLE {0} ADD CHECK (canonical_symbol = 'DXY' OR close = round(close, 5))")
            },
        };

    [Theory]
    [MemberData(nameof(Calendars))]
    public async Task A_host_with_a_calendar_or_a_grid_of_its_own_is_taken(string name, string change)
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base + change, TestHost.Token);
        var judgement = await HostJudge.JudgeAsync(database.Data, null, TestHost.Token);
        Assert.True(judgement.Refusal is null, $"{name}: {judgement.Refusal}");
    }

    [Fact]
    public async Task A_trigger_that_refuses_by_the_code_of_a_check_is_not_taken_for_a_missing_partition()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(
            HostTables.Base
                + """
                CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.source = 'synthetic' THEN RAISE 'ours alone' USING
                  ERRCODE = 'check_violation'; END IF; RETURN NEW; END$$;
                CREATE TRIGGER no BEFORE INSERT ON data_bars FOR EACH ROW EXECUTE FUNCTION no();
                """,
            TestHost.Token
        );
        var judgement = await HostJudge.JudgeAsync(database.Data, null, TestHost.Token);
        Assert.Contains("ours alone", judgement.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sequence_moves_by_one_for_each_role_that_writes_and_not_for_each_row()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base + HostTables.Accepted["a serial key"].Change, TestHost.Token);
        var installer = new SchemaInstaller(database.ConnectionString, TimeProvider.System);
        await installer.ApplyAsync(TestHost.Token);
        var before = await database.ValueAsync<long>(
            "SELECT sum(last_value)::bigint FROM pg_sequences WHERE schemaname = 'public'",
            TestHost.Token
        );
        Assert.Null((await HostJudge.JudgeAsync(database.Data, null, TestHost.Token)).Refusal);
        var after = await database.ValueAsync<long>(
            "SELECT sum(last_value)::bigint FROM pg_sequences WHERE schemaname = 'public'",
            TestHost.Token
        );
        Assert.InRange(after - before, 2, 3);
        Assert.Equal(0, await database.ValueAsync<long>("SELECT count(*) FROM data_bars", TestHost.Token));
    }

    [Fact]
    public async Task What_a_trigger_makes_of_a_bar_is_known_of_each_pair_in_each_table()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base + HostTables.Accepted["triggers that round up"].Change, TestHost.Token);
        var judgement = await HostJudge.JudgeAsync(database.Data, null, TestHost.Token);
        foreach (
            var (table, symbol) in from table in new[] { BoundTable.New, BoundTable.Old }
            from symbol in (string[])[.. TestHost.Pairs, "DXY"]
            select (table, symbol)
        )
        {
            Assert.Equal(
                (table, symbol, ColumnPrecision.Places(5, ColumnPrecision.Up)),
                (table, symbol, judgement.Binding.Precision(table, Symbol.Parse(symbol)).Close)
            );
        }
    }

    [Fact]
    public async Task Judging_takes_a_handful_of_round_trips()
    {
        await using var host = await TestHost.OpenAsync(server);
        var commands = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
                _ = activity.Tags.Any(tag => tag.Value == host.Database.Name) ? Interlocked.Increment(ref commands) : 0,
        };
        ActivitySource.AddActivityListener(listener);
        Assert.Null((await HostJudge.JudgeAsync(host.Data, null, TestHost.Token)).Refusal);
        Assert.InRange(commands, 1, 12);
    }

    [Fact]
    public async Task A_table_that_somebody_holds_is_named_within_seconds()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(HostTables.Base, TestHost.Token);
        await using var holder = await database.Data.OpenConnectionAsync(TestHost.Token);
        await using var held = await holder.BeginTransactionAsync(TestHost.Token);
        await using (var hold = new Npgsql.NpgsqlCommand("LOCK TABLE derived_data_bars IN SHARE MODE", holder))
        {
            await hold.ExecuteNonQueryAsync(TestHost.Token);
        }

        var watch = Stopwatch.StartNew();
        var refused = await Assert.ThrowsAsync<SchemaException>(() => HostJudge.JudgeAsync(database.Data, null, TestHost.Token));
        Assert.Contains("public.derived_data_bars is in use", refused.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }
}
