using System.Diagnostics;
using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Bench.Migrations;

/// <summary>
/// What the triggers cost the programs of a host: the same statements into a twin table without any, in turn, in sessions with PostgreSQL's
/// own settings (<c>jit = on</c>); then into the old table while a migration mirrors what is written there.
/// </summary>
internal sealed class CaptureMeasurement : IMeasurement
{
    const int Small = 100;
    const int Bulk = 100_000;
    const string Begin = "timestamptz '2024-01-01 00:00:00+00'";

    /// <summary>Milliseconds that a small statement may cost more, whatever the ratio is.</summary>
    const double Bearable = 0.3;

    public string Name => "capture";

    public string What => "a host's own statements with our triggers, beside the same without; and mirrored by a migration";

    public int Rounds => 5;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await FillAsync(server, cancellation);
        var (ratios, figures) = (new List<Ratio>(), new List<Samples>());
        await using (var host = HostPool(server))
        {
            await MeasureAsync(server, host, "data_bars", "EURUSD", "captured", rounds, 1.3, ratios, figures, cancellation);
            await MeasureIdleAsync(server, host, rounds, ratios, figures, cancellation);
            await server.RunAsync(
                "SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'bench', dxy.now()); SELECT "
                    + "dxy.flip_route('DXY', 'both')",
                cancellation
            );
            await server.RunAsync(MigrationSql.Template("derive/mirror_on"), cancellation);
            await MeasureAsync(server, host, "derived_data_bars", "DXY", "mirrored", rounds, 2, ratios, figures, cancellation);
            await server.RunAsync(MigrationSql.Template("derive/mirror_off"), cancellation);
        }

        await server.RunAsync("DELETE FROM dxy.route; TRUNCATE dxy.watched, dxy.touch; SELECT dxy.touch_off()", cancellation);
        await server.EmptyAsync(cancellation);
        return new Result(
            Name,
            ratios,
            figures,
            [
                "Each session has PostgreSQL's default planner settings and jit on. A small statement's aim allows 0.3 ms more where "
                    + "that is more than the ratio does. "
                    + $"Small statements: the median of {Small} a round; bulk ones cover {Bulk} bars.",
            ]
        );
    }

    // As a program of the host's has it, whatever the embedded server's file says.
    static NpgsqlDataSource HostPool(BenchServer server) =>
        NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.Data.ConnectionString)
            {
                Options = "-c jit=on -c random_page_cost=4 -c work_mem=4MB",
                Password = server.Password,
                CommandTimeout = 600,
                MaxAutoPrepare = 0,
                ApplicationName = "shop",
            }.ConnectionString
        );

    static async Task FillAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.EmptyAsync(cancellation);
        foreach (var table in (string[])["bench.data_bars", "public.data_bars"])
        {
            await server.UnrecordedAsync(
                $"INSERT INTO {table} {Columns} SELECT s, '1m', {Begin} + i * interval '1 minute', 1.1, 1.2, 1.0, 1.1, 5, 'ingest' "
                    + $"FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD']) AS s, generate_series(0, {Bulk - 1}) AS i",
                cancellation
            );
        }

        foreach (var table in (string[])["bench.derived_data_bars", "public.derived_data_bars", "public.data_bars"])
        {
            await server.UnrecordedAsync(
                $"INSERT INTO {table} {Columns} SELECT 'DXY', '1m', {Begin} + i * interval '1 minute', 101, 102, 100, 101, 0, 'synthetic' "
                    + $"FROM generate_series(0, {Bulk - 1}) AS i",
                cancellation
            );
        }

        foreach (var table in (string[])["bench.data_bars", "public.data_bars", "bench.derived_data_bars", "public.derived_data_bars"])
        {
            await server.RunAsync($"VACUUM (ANALYZE) {table}", cancellation);
        }
    }

    const string Columns = "(canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)";

    static async Task MeasureAsync(
        BenchServer server,
        NpgsqlDataSource host,
        string table,
        string symbol,
        string what,
        int rounds,
        double most,
        List<Ratio> ratios,
        List<Samples> figures,
        CancellationToken cancellation
    )
    {
        foreach (var statement in Statements(table, symbol))
        {
            var (ours, floor) = (new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                var bare = await TimeAsync(server, host, statement, $"bench.{table}", symbol, round, cancellation);
                var taken = await TimeAsync(server, host, statement, $"public.{table}", symbol, round, cancellation);
                if (round >= 0)
                {
                    (floor, ours) = ([.. floor, bare], [.. ours, taken]);
                }
            }

            var (with, without) = (
                new Samples($"{statement.Name}, {what}", "ms", ours),
                new Samples($"{statement.Name}, without", "ms", floor)
            );
            var aim = statement.IsSmall ? Math.Max(most, 1 + (Bearable / without.Median)) : most;
            ratios.Add(Ratio.Of($"{statement.Name}, {what} by without", with, without, Aim.OfAtMost(Math.Round(aim, 2))));
            figures.AddRange([with, without]);
        }
    }

    // What no capture of whole statements can go below: triggers that are handed a statement's rows and do nothing with them.
    static async Task MeasureIdleAsync(
        BenchServer server,
        NpgsqlDataSource host,
        int rounds,
        List<Ratio> ratios,
        List<Samples> figures,
        CancellationToken cancellation
    )
    {
        await server.RunAsync(
            """
            CREATE TABLE bench.idle_data_bars (LIKE bench.data_bars INCLUDING ALL);
            CREATE FUNCTION bench.idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER idle_insert AFTER INSERT ON bench.idle_data_bars REFERENCING NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION bench.idle();
            CREATE TRIGGER idle_update AFTER UPDATE ON bench.idle_data_bars REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
              FOR EACH STATEMENT EXECUTE FUNCTION bench.idle();
            INSERT INTO bench.idle_data_bars SELECT * FROM bench.data_bars
            """,
            cancellation
        );
        await server.RunAsync("VACUUM (ANALYZE) bench.idle_data_bars", cancellation);
        foreach (var statement in Statements("data_bars", "EURUSD"))
        {
            var (idle, floor) = (new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                var bare = await TimeAsync(server, host, statement, "bench.data_bars", "EURUSD", round, cancellation);
                var handed = await TimeAsync(server, host, statement, "bench.idle_data_bars", "EURUSD", round, cancellation);
                if (round >= 0)
                {
                    (floor, idle) = ([.. floor, bare], [.. idle, handed]);
                }
            }

            var (with, without) = (
                new Samples($"{statement.Name}, idle triggers", "ms", idle),
                new Samples($"{statement.Name}, without", "ms", floor)
            );
            ratios.Add(Ratio.Of($"{statement.Name}, triggers that do nothing by without", with, without, aim: null));
            figures.Add(with);
        }

        await server.RunAsync("DROP TABLE bench.idle_data_bars; DROP FUNCTION bench.idle()", cancellation);
    }

    sealed record Statement(string Name, bool IsSmall, Func<string, int, string> Sql);

    static IReadOnlyList<Statement> Statements(string table, string symbol)
    {
        var conflict =
            table == "data_bars"
                ? "ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE"
                : "ON CONFLICT (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL DO UPDATE";
        var source = table == "data_bars" ? "ingest" : "synthetic";
        return
        [
            new("one-row insert", true, (into, n) =>
                $"INSERT INTO {into} {Columns} VALUES ('{symbol}', '1m', {Begin} + {Bulk + n} * interval '1 minute', 1.1, 1.2, 1.0, "
                + $"1.1, 5, '{source}')"
            ),
            new("one-row upsert", true, (into, n) =>
                $"INSERT INTO {into} AS b {Columns} VALUES ('{symbol}', '1m', {Begin} + {n * 7} * interval '1 minute', 1.1, 1.2, 1.0, "
                + $"1.1, random(), '{source}') {conflict} SET vol = excluded.vol, updated_at = now()"
            ),
            new("60-row upsert", true, (into, n) =>
                $"INSERT INTO {into} AS b {Columns} SELECT '{symbol}', '1m', {Begin} + ({n * 7} + i) * interval '1 minute', 1.1, 1.2, "
                + $"1.0, 1.1, random(), '{source}' FROM generate_series(0, 59) AS i {conflict} SET vol = excluded.vol, updated_at = "
                + $"now()"
            ),
            new("100,000-row update", false, (into, n) =>
                $"UPDATE {into} SET vol = vol + 1, updated_at = now() WHERE canonical_symbol = '{symbol}' AND ts_utc < {Begin} + {Bulk} "
                + $"* interval '1 minute'"
            ),
            new("COPY of 100,000", false, (into, _) => $"COPY {into} {Columns} FROM STDIN"),
        ];
    }

    static async Task<double> TimeAsync(
        BenchServer server,
        NpgsqlDataSource host,
        Statement statement,
        string into,
        string symbol,
        int round,
        CancellationToken cancellation
    )
    {
        double time;
        await using (var connection = await host.OpenConnectionAsync(cancellation))
        {
            if (statement.IsSmall)
            {
                var times = new List<double>();
                for (var n = 0; n < Small; n++)
                {
                    times.Add(await OnceAsync(connection, statement.Sql(into, ((round + 1) * Small) + n), cancellation));
                }

                time = new Samples("", "ms", times).Median;
            }
            else if (statement.Name.StartsWith("COPY", StringComparison.Ordinal))
            {
                time = await CopyAsync(
                    connection,
                    statement.Sql(into, 0),
                    symbol,
                    into.EndsWith("derived_data_bars", StringComparison.Ordinal) ? "synthetic" : "ingest",
                    cancellation
                );
            }
            else
            {
                time = await OnceAsync(connection, statement.Sql(into, 0), cancellation);
            }
        }

        // Each round meets the tables as they were filled, without the versions of rows that it left.
        await server.UnrecordedAsync(
            $"DELETE FROM {into} WHERE ts_utc >= {Begin} + {Bulk} * interval '1 minute'; DELETE FROM public.data_bars WHERE ts_utc >= "
                + $"{Begin} + {Bulk} * interval '1 minute'; "
                + "TRUNCATE dxy.change, dxy.due, dxy.correction, dxy.touch",
            cancellation
        );
        if (!statement.IsSmall)
        {
            await server.RunAsync($"VACUUM {into}", cancellation);
            await server.RunAsync("VACUUM public.data_bars", cancellation);
            await server.SettleAsync(cancellation);
        }

        return time;
    }

    static async Task<double> OnceAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        var start = Stopwatch.GetTimestamp();
        await command.ExecuteNonQueryAsync(cancellation);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    static async Task<double> CopyAsync(
        NpgsqlConnection connection,
        string sql,
        string symbol,
        string source,
        CancellationToken cancellation
    )
    {
        var first = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(Bulk);
        var rows = string.Concat(
            Enumerable
                .Range(0, Bulk)
                .Select(i => $"{symbol}\t1m\t{first.AddMinutes(i):yyyy-MM-dd HH:mm}Z\t1.1\t1.2\t1.0\t1.1\t5\t{source}\n")
        );
        var start = Stopwatch.GetTimestamp();
        await using (var copy = await connection.BeginTextImportAsync(sql, cancellation))
        {
            await copy.WriteAsync(rows.AsMemory(), cancellation);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
