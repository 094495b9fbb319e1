using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Schema;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>
/// Everything that is looked at before a run changes anything. Reads only, and needs no run: <c>migrate plan</c> shows the same. What
/// couldn't be seen is WARN.
/// </summary>
/// <param name="database">The host's, by the role that would carry the run out.</param>
/// <param name="symbol">What is to be migrated.</param>
/// <param name="settings">The run's.</param>
/// <param name="realTime">This machine's clock, compared with the server's.</param>
/// <param name="pastPooler">The same database past a pooler; null where it isn't given.</param>
/// <param name="planning">Whether who asks only looks: what its role may not do, and that our schema isn't there yet, is then no
/// fault.</param>
public sealed class PreFlightChecks(
    NpgsqlDataSource database,
    Symbol symbol,
    RunSettings settings,
    TimeProvider realTime,
    NpgsqlDataSource? pastPooler = null,
    bool planning = false
)
{
    const double SkewSeconds = 5;

    bool _installed = true;
    bool _hidden;
    bool _writes = true;

    public async Task<IReadOnlyList<Gate>> RunAsync(CancellationToken cancellation)
    {
        var gates = new List<Gate>();
        var tables = new[]
        {
            await SchemaCatalog.ReadAsync(database, SchemaCatalog.New, symbol, cancellation),
            await SchemaCatalog.ReadAsync(database, SchemaCatalog.Old, symbol, cancellation),
        };
        gates.AddRange(await ServerAsync(cancellation));
        if (!_installed)
        {
            gates.Add(
                Warn(
                    "pre-flight/schema",
                    false,
                    "our schema is installed",
                    _hidden ? "it is, but this role may not look into it" : "schema dxy isn't here",
                    "SELECT to_regnamespace('dxy')",
                    _hidden
                        ? "GRANT dxy_reader to the role that plans"
                        : "'./dxy db apply' puts it there, before the run, with its roles and triggers"
                )
            );
        }

        if (tables.FirstOrDefault(table => !table.Exists) is { } missing)
        {
            return [.. gates, SchemaGates.Exists(missing)];
        }

        gates.Add(await RightsAsync(cancellation));
        var hidden = await RowSecurityAsync(cancellation);
        gates.Add(hidden);
        gates.Add(await TransactionsAsync(cancellation));
        gates.AddRange(await ReplicationAsync(cancellation));
        if (_installed)
        {
            gates.Add(await CaptureAsync(cancellation));
        }

        gates.AddRange(await ConsumersAsync(cancellation));
        gates.AddRange(await WritersAsync(cancellation));
        if (hidden.Verdict == GateVerdict.Fail)
        {
            // Whatever would be counted now would be counted wrong.
            return gates;
        }

        gates.AddRange(await KeysAsync(tables[0], cancellation));
        gates.Add(await SessionAsync(tables[0], cancellation));
        gates.Add(await SizeAsync(cancellation));
        gates.AddRange(await new BarChecks(database, symbol, settings, planning).RunAsync(cancellation));
        return gates;
    }

    async Task<IEnumerable<Gate>> ServerAsync(CancellationToken cancellation)
    {
        var (version, encoding, standby, role, sees, epoch, stands, readOnly) = (
            await database
                .Migration("pre-flight/server")
                .RowsAsync(
                    row =>
                        (
                            row.GetInt32(0),
                            row.GetString(1),
                            row.GetBoolean(2),
                            row.GetString(3),
                            row.GetBoolean(4),
                            row.GetDouble(5),
                            row.GetBoolean(6),
                            row.GetBoolean(7)
                        ),
                    cancellation
                )
        )[0];
        (_installed, _hidden) = (sees, stands && !sees);
        _writes = await database
            .CreateCommand("SELECT coalesce(has_table_privilege(to_regclass('public.data_bars'), 'INSERT'), true)")
            .ValueAsync<bool>(cancellation);
        var simulated = sees && await database.CreateCommand("SELECT count(*) > 0 FROM dxy.clock").ValueAsync<bool>(cancellation);
        var skew = Math.Abs(realTime.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 - epoch);
        return
        [
            new Gate(
                "pre-flight/identity",
                GateVerdict.Pass,
                "every step on this server, database and tables",
                $"{await RunTarget.ReadAsync(database, cancellation)} as {role}"
            ),
            Gate.Of(
                "pre-flight/version",
                version is >= 14 and <= 18,
                "PostgreSQL 14 to 18",
                Text($"{version}"),
                "SHOW server_version_num",
                "migrate on a server of these versions"
            ),
            Gate.Of(
                "pre-flight/encoding",
                encoding == "UTF8",
                "UTF8",
                encoding,
                "SHOW server_encoding",
                "symbols and sources are compared as UTF8; use a database in that encoding"
            ),
            Gate.Of(
                "pre-flight/writable",
                !standby && !readOnly,
                "a server that takes writes",
                standby ? "a standby"
                    : readOnly ? "transactions are read only"
                    : "it does",
                "SELECT pg_is_in_recovery()",
                "give the connection of the primary"
            ),
            Gate.Of(
                "pre-flight/clock",
                simulated || skew <= SkewSeconds,
                Text($"this machine's clock within {SkewSeconds} s of the server's"),
                simulated ? "market time is simulated here (dxy.clock)" : Text($"{skew:0.0} s apart"),
                "SELECT clock_timestamp()",
                "synchronise the clocks of silos and server (NTP)"
            ),
        ];
    }

    async Task<Gate> RightsAsync(CancellationToken cancellation)
    {
        var grants = await database.Migration("pre-flight/rights").RowsAsync(row => row.GetString(0), cancellation);
        const string Name = "pre-flight/rights",
            Expected = "the role that carries the run out may do all of it";
        return planning && (!_writes || !_installed)
            ? Warn(
                Name,
                grants.Count == 0,
                Expected,
                Text($"this role only looks: to carry the run out it would lack {grants.Count} rights"),
                null,
                string.Join("; ", grants)
            )
            : Gate.Of(
                Name,
                grants.Count == 0,
                Expected,
                grants.Count == 0 ? "it may" : Text($"{grants.Count} rights are missing"),
                null,
                string.Join("; ", grants)
            );
    }

    async Task<Gate> RowSecurityAsync(CancellationToken cancellation)
    {
        var active = await database.Migration("pre-flight/row_security").RowsAsync(row => row.GetString(0), cancellation);
        return Gate.Of(
            "pre-flight/row-security",
            active.Count == 0,
            "every row is seen",
            active.Count == 0 ? "no row security for this role" : $"row security hides rows of {string.Join(", ", active)}",
            "SELECT row_security_active('public.data_bars')",
            "use a role with BYPASSRLS, or the tables' owner without FORCE ROW LEVEL SECURITY: rows that aren't seen would be lost"
        );
    }

    async Task<Gate> TransactionsAsync(CancellationToken cancellation)
    {
        var (old, prepared, unseen) = (
            await database
                .Migration("pre-flight/transactions")
                .RowsAsync(row => (row.GetString(0), row.GetString(1), row.GetInt64(2)), cancellation)
        )[0];
        var observed = new[]
        {
            old,
            prepared.Length > 0 ? $"prepared: {prepared}" : "",
            unseen > 0 ? Text($"{unseen} sessions can't be seen by this role") : "",
        }
            .Where(part => part.Length > 0)
            .ToList();
        return Warn(
            "pre-flight/transactions",
            observed.Count == 0,
            "no transaction older than a minute, none prepared",
            observed.Count == 0 ? "there is none" : string.Join("; ", observed),
            "SELECT pid, usename, xact_start FROM pg_stat_activity ORDER BY xact_start",
            "end them (the schema's changes and the fence wait for them), grant pg_read_all_stats, or accept it"
        );
    }

    async Task<IEnumerable<Gate>> ReplicationAsync(CancellationToken cancellation)
    {
        var (replicas, lag, unseen, failing) = (
            await database
                .Migration("pre-flight/replication")
                .RowsAsync(
                    row => (row.GetInt64(0), row.IsDBNull(1) ? 0 : row.GetDouble(1), row.GetInt64(2), row.GetBoolean(3)),
                    cancellation
                )
        )[0];
        var late = settings.MaxReplicaLagSeconds > 0 && lag > settings.MaxReplicaLagSeconds;
        return
        [
            Warn(
                "pre-flight/replicas",
                unseen == 0 && !late,
                Text($"replicas less than {settings.MaxReplicaLagSeconds} s behind"),
                unseen > 0 ? Text($"{unseen} of {replicas} can't be seen by this role")
                    : replicas == 0 ? "none is connected"
                    : Text($"{replicas}, at most {lag:0.0} s behind"),
                "SELECT * FROM pg_stat_replication",
                "wait until they have caught up, grant pg_monitor, or accept it"
            ),
            Warn(
                "pre-flight/archiving",
                !failing,
                "WAL archiving works, where it is on",
                failing ? "the last attempt failed" : "nothing fails",
                "SELECT * FROM pg_stat_archiver",
                "mend the archive command: WAL would fill the disk"
            ),
        ];
    }

    async Task<Gate> CaptureAsync(CancellationToken cancellation)
    {
        var missing = await CaptureMissing.ReadAsync(database, cancellation);
        return Gate.Of(
            "pre-flight/capture",
            missing.Count == 0,
            "every table and partition tells of its changes",
            missing.Count == 0 ? "they do" : string.Join(", ", missing.Select(trigger => $"{trigger.Name} on {trigger.Table}")),
            null,
            "'./dxy db apply' puts the triggers there"
        );
    }

    async Task<IEnumerable<Gate>> ConsumersAsync(CancellationToken cancellation)
    {
        var consumers = await database.Migration("pre-flight/consumers").RowsAsync(row => row.GetString(0), cancellation);
        return
        [
            Warn(
                "pre-flight/consumers",
                consumers.Count == 0,
                "nothing in the database depends on the old table",
                consumers.Count == 0 ? "nothing was found" : string.Join("; ", consumers),
                null,
                "see that each can do without the symbol's 1m bars there (or with them in data_bars), then accept it"
            ),
            await StatementsAsync(cancellation),
        ];
    }

    // Who writes the old table now has to be able to write the new one, by the function or by himself; and so has the mirror.
    async Task<IEnumerable<Gate>> WritersAsync(CancellationToken cancellation)
    {
        var lacking = await database
            .Migration("pre-flight/writers")
            .RowsAsync(row => (Role: row.GetString(0), Grant: row.GetString(1), Ours: row.GetBoolean(2)), cancellation);
        var ours = lacking.Where(one => one.Ours).ToList();
        var others = lacking.Where(one => !one.Ours).ToList();
        return
        [
            Gate.Of(
                "pre-flight/own-writes",
                ours.Count == 0,
                "our roles may write data_bars, the sequences of its defaults included",
                ours.Count == 0 ? "they may" : Text($"{ours.Count} rights are missing: each derived or mirrored row would fail"),
                null,
                "'./dxy db apply' gives them; or: " + string.Join("; ", ours.Select(one => one.Grant))
            ),
            Warn(
                "pre-flight/writers",
                others.Count == 0,
                "who writes derived_data_bars may write data_bars too, the sequences of its defaults included",
                others.Count == 0
                    ? "they may, or there are none"
                    : Text($"{others.Count} rights are missing to {string.Join(", ", others.Select(one => one.Role).Distinct())}"),
                null,
                "as the tables' owner: "
                    + string.Join("; ", others.Select(one => one.Grant))
                    + "; or accept it where they will not write data_bars, nor call calc_dxy_range_1m"
            ),
        ];
    }

    async Task<Gate> StatementsAsync(CancellationToken cancellation)
    {
        const string Name = "pre-flight/statements",
            Expected = "no statement of another program uses the old table",
            Unblock = "see who sends them and what becomes of them after cleanup, then accept it";
        var view = await database
            .CreateCommand(
                "SELECT format('%I.pg_stat_statements', n.nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = "
                    + "e.extnamespace WHERE e.extname = 'pg_stat_statements'"
            )
            .ValueAsync<string>(cancellation);
        if (view is null)
        {
            return Warn(
                Name,
                false,
                Expected,
                "can't be seen: pg_stat_statements isn't installed",
                null,
                "ask the owners of dashboards and jobs, then accept it"
            );
        }

        try
        {
            var (count, sample) = (
                await database
                    .CreateCommand(Backup.Sql("statements", view))
                    .RowsAsync(row => (row.GetInt64(0), row.GetString(1)), cancellation)
            )[0];
            return Warn(
                Name,
                count == 0,
                Expected,
                count == 0 ? "none is remembered" : Text($"{count}: {sample}"),
                $"SELECT query, calls FROM {view} WHERE query ILIKE '%derived_data_bars%'",
                Unblock
            );
        }
        catch (PostgresException fault)
            when (fault.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            return Warn(Name, false, Expected, $"can't be seen: {fault.MessageText}", null, Unblock);
        }
    }

    async Task<IEnumerable<Gate>> KeysAsync(TableShape table, CancellationToken cancellation) =>
        table.UsableKey is not null && !table.OpenKeyColumns.Any()
            ?
            [
                new Gate(
                    "pre-flight/duplicates",
                    GateVerdict.Pass,
                    "every key once in data_bars",
                    $"{table.UsableKey.QuotedName} sees to it"
                ),
            ]
            :
            [
                (await KeyRows.DuplicatesAsync(database, table, cancellation)) with
                {
                    Name = "pre-flight/duplicates",
                },
                (await KeyRows.NullsAsync(database, table, cancellation)) with
                {
                    Name = "pre-flight/null-keys",
                },
            ];

    async Task<Gate> SessionAsync(TableShape table, CancellationToken cancellation)
    {
        const string Name = "pre-flight/session",
            Expected = "a session of the server's own for index building";
        if (table.UsableKey is not null)
        {
            return new Gate(Name, GateVerdict.Pass, Expected, "no index is to be built");
        }

        if (pastPooler is not null)
        {
            var (here, there) = (await RunTarget.ReadAsync(database, cancellation), await RunTarget.ReadAsync(pastPooler, cancellation));
            if (here != there)
            {
                return Gate.Of(
                    Name,
                    false,
                    Expected,
                    $"DXY_DATABASE leads to {here}, DXY_DATABASE_DIRECT to {there}",
                    null,
                    "name one database in both, on every silo"
                );
            }
        }

        // Who stands between gives its own answer to how a session is cancelled, and it names another process.
        await using var connection = await (pastPooler ?? database).OpenConnectionAsync(cancellation);
        var own = connection.ProcessID == await connection.Text("SELECT pg_backend_pid()").ValueAsync<int>(cancellation);
        return Gate.Of(
            Name,
            own,
            Expected,
            own ? "there is one" : "a pooler stands between",
            "SELECT pg_backend_pid()",
            "give the silos the server's own address as DXY_DATABASE_DIRECT, or build the unique index on data_bars (canonical_symbol, "
                + "timeframe, ts_utc) by hand"
        );
    }

    async Task<Gate> SizeAsync(CancellationToken cancellation)
    {
        var (need, rows, now) = (
            await database
                .Migration("pre-flight/size", symbol.Name)
                .RowsAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellation)
        )[0];
        return Warn(
            "pre-flight/space",
            false,
            "room for a copy and a backup of the bars",
            Text(
                $"{rows} rows need about {need / 1048576.0:0.0} MB more, and as much WAL; derived_data_bars has {now / 1048576.0:0.0} MB; free space can't be seen from here"
            ),
            "SELECT pg_size_pretty(pg_database_size(current_database()))",
            "see that the server's disk has it, then accept it"
        );
    }

    internal static Gate Warn(string name, bool holds, string expected, string observed, string? evidence, string unblock) =>
        new(name, holds ? GateVerdict.Pass : GateVerdict.Warn, expected, observed, evidence, holds ? null : unblock);

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
