using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>What was copied.</summary>
/// <param name="Start">The first open minute after the newest bar: where market time begins.</param>
/// <param name="Lost">What could not be copied, and why; one line each.</param>
internal sealed record HostCopy(UtcTime Start, long DataBars, long DerivedBars, long Registry, IReadOnlyList<string> Lost);

/// <summary>
/// Copies a host into an empty database: its schema, roles, grants and settings, the bars of the last days, and its small tables whole. The
/// host is only read, in one snapshot; a role with SELECT on the three tables is enough, and what it can't see is named.
/// </summary>
/// <param name="from">The host.</param>
/// <param name="to">The empty database, as a superuser of a server that may get the host's roles.</param>
/// <param name="folder">For the schema's dump.</param>
internal sealed class HostCopier(string from, string to, string folder)
{
    static readonly string[] Tables = ["data_bars", "derived_data_bars", "core_asset_registry_all"];

    readonly List<string> _lost = [];

    /// <param name="days">Days of bars, back from the newest.</param>
    /// <param name="role">Who will carry out the migration there.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FaultException">A table is missing, or can't be copied.</exception>
    public async Task<HostCopy> CopyAsync(int days, string role, CancellationToken cancellation)
    {
        var host = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(from))
        {
            ApplicationName = "dxy-rehearsal",
            CommandTimeout = 0,
            Pooling = false,
        }.ConnectionString;
        await using var reading = new NpgsqlConnection(host);
        await using var writing = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(to) { CommandTimeout = 0, Pooling = false }.ConnectionString
        );
        await reading.OpenAsync(cancellation);
        await writing.OpenAsync(cancellation);
        await using var transaction = await reading.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await RunAsync(reading, "SET TRANSACTION READ ONLY", cancellation);
        var newest = await NewestAsync(reading, cancellation);
        var unreadable = await ListAsync(
            reading,
            Sql.Text("rehearsal/source_unreadable.sql"),
            row => (row.GetString(0), row.GetString(1)),
            cancellation
        );
        _lost.AddRange(unreadable.Select(one => $"{one.Item2}: this role may not read it"));

        await HostRoles.MakeAsync(reading, writing, _lost, cancellation);
        var schema = new HostSchema(folder, host, to);
        await schema.TakeAsync((string)(await ValueAsync(reading, "SELECT pg_export_snapshot()", cancellation))!, unreadable, cancellation);
        await schema.MakeAsync("pre-data", cancellation);
        var rows = await RowsAsync(reading, writing, newest - TimeSpan.FromDays(days), schema, cancellation);
        await schema.MakeAsync("post-data", cancellation);
        _lost.AddRange(schema.Lost);
        await HostRoles.LendAsync(writing, role, cancellation);
        await RunAsync(writing, "ANALYZE", cancellation);

        // Last: a host's timeouts are not meant for a copy.
        await HostRoles.SetAsync(reading, writing, new NpgsqlConnectionStringBuilder(to).Database!, _lost, cancellation);
        var end = newest.Floor(Timeframe.OneMinute) + Timeframe.OneMinute;
        return new HostCopy(
            FxWeek.OpenRanges(new TimeRange(end, end + TimeSpan.FromDays(7))).First().From,
            rows[0],
            rows[1],
            rows[2],
            _lost
        );
    }

    static async Task<UtcTime> NewestAsync(NpgsqlConnection reading, CancellationToken cancellation)
    {
        foreach (var table in Tables)
        {
            if (
                await ValueAsync(
                    reading,
                    $"SELECT to_regclass('public.{table}') IS NULL OR NOT has_table_privilege(to_regclass('public.{table}'), 'SELECT')",
                    cancellation
                )
                is true
            )
            {
                throw Fault
                    .Gate(
                        "not-a-shop",
                        $"the host has no table public.{table}, or this role can't see it",
                        null,
                        "give a connection whose role may SELECT from the three tables"
                    )
                    .ToException();
            }
        }

        return
            await ValueAsync(
                reading,
                "SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.timeframe = '1m' AND isfinite(b.ts_utc) AND b.ts_utc <= now()",
                cancellation
            )
                is DateTime newest
            ? UtcTime.From(DateTime.SpecifyKind(newest, DateTimeKind.Utc))
            : throw Fault
                .Gate(
                    "empty-shop",
                    "the host has no 1m bars in data_bars",
                    null,
                    "a rehearsal needs some; without --from it makes a host of its own"
                )
                .ToException();
    }

    // Nothing of the host's own may act on rows that it had let in before.
    async Task<List<long>> RowsAsync(
        NpgsqlConnection reading,
        NpgsqlConnection writing,
        UtcTime since,
        HostSchema schema,
        CancellationToken cancellation
    )
    {
        await RunAsync(writing, "SET session_replication_role = replica", cancellation);
        var rows = new List<long>();
        foreach (var table in Tables)
        {
            if (await ValueAsync(writing, $"SELECT to_regclass('public.{table}') IS NULL", cancellation) is true)
            {
                throw Fault
                    .Gate(
                        "not-copied",
                        $"public.{table} can't be made again here: {string.Join("; ", schema.Lost)}",
                        null,
                        "install what it needs (an extension?) on this machine"
                    )
                    .ToException();
            }

            rows.Add(
                await StreamAsync(
                    reading,
                    writing,
                    $"public.{table}",
                    table == Tables[2] ? "" : $" WHERE ts_utc >= '{since}'",
                    cancellation
                )
            );
        }

        foreach (
            var (table, small) in await ListAsync(
                reading,
                Sql.Text("rehearsal/source_tables.sql"),
                row => (row.GetString(0), row.GetBoolean(1)),
                cancellation
            )
        )
        {
            if (!small)
            {
                _lost.Add($"{table}: the rows of a large table stay with the host");
            }
            else if (
                await ValueAsync(
                    writing,
                    $"SELECT to_regclass('{table.Replace("'", "''", StringComparison.Ordinal)}') IS NOT NULL",
                    cancellation
                )
                is true
            )
            {
                await StreamAsync(reading, writing, table, "", cancellation);
            }
        }

        foreach (
            var (sequence, last) in await ListAsync(
                reading,
                Sql.Text("rehearsal/source_sequences.sql"),
                row => (row.GetString(0), row.GetInt64(1)),
                cancellation
            )
        )
        {
            await RunAsync(
                writing,
                $"SELECT setval(s.name, {last}) FROM (SELECT to_regclass('{sequence.Replace("'", "''", StringComparison.Ordinal)}') AS "
                    + $"name) AS s WHERE s.name IS NOT NULL",
                cancellation
            );
        }

        await RunAsync(writing, Sql.Text("rehearsal/set_sequences.sql"), cancellation);
        await RunAsync(writing, "RESET session_replication_role", cancellation);
        return rows;
    }

    static async Task<long> StreamAsync(
        NpgsqlConnection reading,
        NpgsqlConnection writing,
        string table,
        string where,
        CancellationToken cancellation
    )
    {
        var names = string.Join(
            ", ",
            await ListAsync(reading, Sql.Text("rehearsal/source_names.sql"), row => row.GetString(0), cancellation, table)
        );
        await using (
            var source = await reading.BeginRawBinaryCopyAsync(
                $"COPY (SELECT {names} FROM {table}{where}) TO STDOUT (FORMAT BINARY)",
                cancellation
            )
        )
        await using (var target = await writing.BeginRawBinaryCopyAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)", cancellation))
        {
            await source.CopyToAsync(target, 1 << 16, cancellation);
        }

        return (long)(await ValueAsync(writing, $"SELECT count(*) FROM {table}", cancellation))!;
    }

    static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation,
        params object[] values
    )
    {
        var found = new List<T>();
        await using var command = new NpgsqlCommand(sql, connection);
        command.WithValues(values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(read(reader));
        }

        return found;
    }

    static async Task<object?> ValueAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
