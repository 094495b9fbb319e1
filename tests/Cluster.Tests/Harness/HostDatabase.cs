using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>What other programs do to the database, with plain SQL, knowing nothing of ours; and reading it.</summary>
public sealed class HostDatabase(string connectionString) : IAsyncDisposable
{
    public static readonly string[] Pairs = ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"];

    /// <summary>The bars an ingest program would have: six pairs a minute, prices moving, with volume and vwap.</summary>
    const string Bars = """
        SELECT p.symbol, '1m', m.ts, p.price, c.close, round(greatest(p.price, c.close) * 1.0002, 5), round(least(p.price,
          c.close) * 0.9998, 5),
               10 + n.n % 7, round((p.price + c.close) / 2, 6), 3 + n.n % 5, 'ingest'
        FROM (VALUES ('EURUSD', 1.0843), ('USDJPY', 150.12), ('GBPUSD', 1.2654), ('USDCAD', 1.3561), ('USDSEK', 10.3712), ('USDCHF',
          0.8843)) AS p(symbol, price),
             generate_series('$from'::timestamptz, '$to'::timestamptz - interval '1 minute', interval '1 minute') AS m(ts),
             LATERAL (SELECT (extract(epoch FROM m.ts) / 60)::integer AS n) AS n,
             LATERAL (SELECT round(p.price * (1 + 0.00013 * (n.n % 17 - 8)), 5) AS close) AS c
        """;

    const string Columns = "canonical_symbol, timeframe, ts_utc, open, close, high, low, vol, vwap, trade_count, source";

    readonly NpgsqlDataSource _data = NpgsqlDataSource.Create(connectionString);
    string? _role;
    NpgsqlDataSource? _ingest;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes the role of the ingest program: it may write bars and has no right on any schema of ours.</summary>
    public async Task HireIngestAsync()
    {
        if (_ingest is not null)
        {
            return;
        }

        var password = Guid.NewGuid().ToString("N");
        _role = "ingest_" + password[..12];
        await RunAsync($"CREATE ROLE {_role} LOGIN PASSWORD '{password}'; GRANT SELECT, INSERT, UPDATE ON data_bars TO {_role}");
        _ingest = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                Username = _role,
                Password = password,
                MaxPoolSize = 4,
            }.ConnectionString
        );
        Assert.False(
            await ValueAsync<bool>(
                $"SELECT has_schema_privilege('{_role}', 'dxy', 'USAGE, CREATE') OR has_schema_privilege('{_role}', 'dxy_orleans', "
                    + $"'USAGE, CREATE')"
            )
        );
    }

    /// <summary>As the ingest program: one plain INSERT.</summary>
    public Task<int> InsertAsync(TimeRange range) => IngestAsync($"INSERT INTO data_bars ({Columns}) {BarsOf(range)}");

    /// <summary>As the ingest program: any statement.</summary>
    public async Task<int> IngestAsync(string sql)
    {
        await using var command = _ingest!.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>As the ingest program: COPY FROM STDIN.</summary>
    public async Task CopyAsync(TimeRange range)
    {
        await using var source = await _data.OpenConnectionAsync(Token);
        using var lines = await source.BeginTextExportAsync($"COPY ({BarsOf(range)}) TO STDOUT", Token);
        await using var connection = await _ingest!.OpenConnectionAsync(Token);
        await using var copy = await connection.BeginTextImportAsync($"COPY data_bars ({Columns}) FROM STDIN", Token);
        await copy.WriteAsync(await lines.ReadToEndAsync(Token));
    }

    /// <summary>As a superuser, past the triggers: a statement's don't fire for a replica, and a row's lets pass what a migration
    /// moves.</summary>
    public static async Task InsertUnseenAsync(string adminConnectionString, TimeRange range)
    {
        await using var connection = new NpgsqlConnection(adminConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            $"SET session_replication_role = replica; SET dxy.writer = 'move'; INSERT INTO data_bars ({Columns}) {BarsOf(range)}; RESET "
                + $"dxy.writer; RESET session_replication_role",
            connection
        );
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Closes idle connections, which a stopped server left dead.</summary>
    public void ForgetConnections()
    {
        _data.Clear();
        _ingest?.Clear();
    }

    public static string InsertStatement(TimeRange range) => $"INSERT INTO data_bars ({Columns}) {BarsOf(range)}";

    public async Task<NpgsqlConnection> OpenAsync() => await _data.OpenConnectionAsync(Token);

    public async Task<int> RunAsync(string sql)
    {
        await using var command = _data.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(Token);
    }

    public async Task<T?> ValueAsync<T>(string sql)
    {
        await using var command = _data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token) is T value ? value : default;
    }

    public Task<long> CountAsync(string from) => ValueAsync<long>($"SELECT count(*) FROM {from}");

    /// <summary>The first column of each row.</summary>
    public async Task<List<string>> ListAsync(string sql)
    {
        var rows = new List<string>();
        await using var command = _data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public async Task<UtcTime> NowAsync() => UtcTime.From(await ValueAsync<DateTime>("SELECT clock_timestamp()"));

    public async ValueTask DisposeAsync()
    {
        if (_ingest is not null)
        {
            await _ingest.DisposeAsync();
            await using var command = _data.CreateCommand($"REVOKE ALL ON data_bars FROM {_role}; DROP ROLE {_role}");
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await _data.DisposeAsync();
    }

    /// <summary>A statement with its range in the places of <c>$from</c> and <c>$to</c>.</summary>
    public static string Within(string sql, TimeRange range) =>
        sql.Replace("$from", range.From.ToString(), StringComparison.Ordinal).Replace("$to", range.To.ToString(), StringComparison.Ordinal);

    static string BarsOf(TimeRange range) => Within(Bars, range);
}
