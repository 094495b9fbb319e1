using DxyOrleans.Client.Rehearsal;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Rehearsal;

/// <summary>The host's own programs as a rehearsal plays them.</summary>
public sealed class HostWriterTests(TestServer server)
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4, 8);
    static readonly SimulatedMarket Market = new(new() { Pairs = SimulatedPair.EveryMinute });

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_like_those_seen_take_the_columns_that_must_be_there_and_the_hosts_own_function()
    {
        await using var host = await HostAsync();
        await host.RunAsync(
            """
            ALTER TABLE data_bars ADD COLUMN desk text; UPDATE data_bars SET desk = 'fx'; ALTER TABLE data_bars ALTER desk SET NOT NULL;
            CREATE FUNCTION calc_dxy_range_derived(p_from timestamptz, p_to timestamptz, p_version int DEFAULT 1) RETURNS int LANGUAGE sql
              AS $$
              INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version)
              SELECT 'DXY', '1m', p_to - interval '1 minute', 100, 100, 100, 100, 'derived', p_version RETURNING 1 $$
            """,
            Token
        );
        var program = await SeenProgram.ReadAsync(
            host.Data,
            host.Data,
            new NpgsqlConnectionStringBuilder(host.ConnectionString).Username!,
            Token
        );
        await using var writers = new LegacyWriters(program, host.Data, Market, TimeProvider.System);

        Assert.Null(await writers.TryAsync(Start, 3, Token));

        Assert.Equal(18, await host.ValueAsync<long>($"SELECT count(*) FROM data_bars WHERE ts_utc >= '{Start}' AND desk = 'fx'", Token));
        Assert.Equal(
            3,
            await host.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE ts_utc >= '{Start}' AND source = 'derived'", Token)
        );
    }

    [Fact]
    public async Task Without_a_function_the_index_is_written_as_its_newest_rows_are()
    {
        await using var host = await HostAsync();
        await host.RunAsync(
            "UPDATE derived_data_bars SET source = 'derived', derivation_version = 7 WHERE canonical_symbol = 'DXY' AND "
                + "derivation_version = 1",
            Token
        );
        await using var writers = new LegacyWriters(
            await SeenProgram.ReadAsync(host.Data, host.Data, "pg_monitor", Token),
            host.Data,
            Market,
            TimeProvider.System
        );
        Assert.Null(await writers.TryAsync(Start, 2, Token));
        Assert.Equal(
            2,
            await host.ValueAsync<long>(
                $"SELECT count(*) FROM derived_data_bars WHERE ts_utc >= '{Start}' AND source = 'derived' AND derivation_version = 7",
                Token
            )
        );
    }

    [Theory]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, derivation_version) VALUES "
            + "('DXY', '1m', :'minute', 100, 100, 100, 100, 'derived', 1);",
        null
    )]
    [InlineData("SELECT nextval('counted');", "permission denied for sequence counted (42501)")]
    [InlineData("SELECT * FROM nowhere;", "relation \"nowhere\" does not exist (42P01)")]
    public async Task A_file_is_run_by_psql_for_each_minute_and_its_failure_is_told_in_the_servers_words(string sql, string? failure)
    {
        await using var host = await HostAsync();
        await host.RunAsync("CREATE SEQUENCE counted", Token);
        var role = $"{host.Name}_writes";
        await host.RunAsync(
            $"CREATE ROLE {role} LOGIN PASSWORD 'test'; GRANT SELECT, INSERT ON data_bars, derived_data_bars TO {role}",
            Token
        );
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, sql, Token);
        var login = new NpgsqlConnectionStringBuilder(host.ConnectionString) { Username = role, Password = "test" }.ConnectionString;
        await using var writers = new LegacyWriters(
            new GivenProgram(file, login, host.Data, await IngestAsync(host)),
            host.Data,
            Market,
            TimeProvider.System
        );

        Assert.Equal(failure, await writers.TryAsync(Start, 2, Token));

        // The pairs' bars, which this writer doesn't bring, are there all the same.
        Assert.Equal(
            failure is null ? 12 : 0,
            await host.ValueAsync<long>($"SELECT count(*) FROM data_bars WHERE ts_utc >= '{Start}'", Token)
        );
        Assert.Equal(
            failure is null ? 2 : 0,
            await host.ValueAsync<long>($"SELECT count(*) FROM derived_data_bars WHERE ts_utc >= '{Start}' AND source = 'derived'", Token)
        );
        File.Delete(file);
        await host.RunAsync($"REVOKE ALL ON data_bars, derived_data_bars FROM {role}; DROP ROLE {role}", Token);
    }

    [Theory]
    [InlineData("test \"$MINUTE $LEGACY_DXY\" = \"2024-03-04T08:00:00Z yes\"", null)]
    [InlineData("psql -X -q -c 'SELECT * FROM nowhere'; true", "relation \"nowhere\" does not exist")]
    [InlineData("echo broken >&2; exit 7", "it ended with 7: broken")]
    public async Task A_command_knows_its_minute_and_fails_by_its_code_or_by_what_the_server_refused(string command, string? failure)
    {
        await using var host = await HostAsync();
        await using var writers = new LegacyWriters(
            new GivenProgram(command, host.ConnectionString, host.Data, await IngestAsync(host)),
            host.Data,
            Market,
            TimeProvider.System
        );
        Assert.Equal(failure, await writers.TryAsync(Start, 1, Token));
    }

    static async Task<string> IngestAsync(TestDatabase host)
    {
        var columns = await SeenProgram.ColumnsAsync(host.Data, "public.data_bars", index: false, Token);
        return SeenProgram.Ingest(SeenProgram.Columns(columns), SeenProgram.Values(columns));
    }

    async Task<TestDatabase> HostAsync()
    {
        var host = await server.CreateDatabaseAsync(Token);
        await new LegacyHostMaker(host.Data, Market).MakeAsync(new LegacyHostPlan(Start, PairDays: 2, IndexBars: 5_000), Token);
        return host;
    }
}
