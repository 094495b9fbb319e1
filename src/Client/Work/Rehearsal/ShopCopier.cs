using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage;
using DxyOrleans.Client.Console;
using Npgsql;

namespace DxyOrleans.Client.Work.Rehearsal;

/// <summary>What was copied.</summary>
/// <param name="Start">The first open minute after the newest bar: where market time begins.</param>
internal sealed record ShopCopy(UtcTime Start, long DataBars, long DerivedBars, long Registry);

/// <summary>
/// Copies a shop's three tables into an empty database: columns, keys, checks and indexes as its catalog has them, and the rows of the last days. The shop is only
/// read, in one snapshot; its role needs SELECT on the three tables.
/// </summary>
internal sealed class ShopCopier(string from, string to)
{
    static readonly string[] Tables = ["data_bars", "derived_data_bars", "core_asset_registry_all"];

    /// <exception cref="FaultException">A table is missing, or has something that can't be copied.</exception>
    public async Task<ShopCopy> CopyAsync(int days, CancellationToken cancellation)
    {
        await using var source = Database.OpenAs(new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(from)) { ApplicationName = "dxy-rehearsal", CommandTimeout = 0 }.ConnectionString);
        await using var target = Database.OpenAs(new NpgsqlConnectionStringBuilder(to) { CommandTimeout = 0 }.ConnectionString);
        await using var reading = await source.OpenConnectionAsync(cancellation);
        await using var snapshot = await reading.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await RunAsync(reading, "SET TRANSACTION READ ONLY", cancellation);
        await using var writing = await target.OpenConnectionAsync(cancellation);
        foreach (var table in Tables)
        {
            await MakeAsync(reading, writing, table, cancellation);
        }

        if (await ValueAsync(reading, "SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.timeframe = '1m'", cancellation) is not DateTime newest)
        {
            throw Fault.Gate("empty-shop", "the shop has no 1m bars in data_bars", null, "a rehearsal needs some; without --from it makes a shop of its own").ToException();
        }

        var since = UtcTime.From(newest) - TimeSpan.FromDays(days);
        var rows = new List<long>();
        foreach (var table in Tables)
        {
            var where = table == "core_asset_registry_all" ? "" : $" WHERE ts_utc >= '{since}'";
            rows.Add(await StreamAsync(reading, writing, table, where, cancellation));
            foreach (var statement in await ListAsync(reading, "rehearsal/source_keys.sql", table, cancellation))
            {
                await RunAsync(writing, statement, cancellation);
            }
        }

        await RunAsync(writing, "ANALYZE public.data_bars, public.derived_data_bars", cancellation);
        var end = UtcTime.From(newest).Floor(Timeframe.OneMinute) + Timeframe.OneMinute;
        return new ShopCopy(FxWeek.OpenRanges(new TimeRange(end, end + TimeSpan.FromDays(7))).First().From, rows[0], rows[1], rows[2]);
    }

    static async Task MakeAsync(NpgsqlConnection reading, NpgsqlConnection writing, string table, CancellationToken cancellation)
    {
        var columns = await ListAsync(reading, "rehearsal/source_columns.sql", table, cancellation);
        if (columns.Count == 0)
        {
            throw Fault.Gate("not-a-shop", $"the shop has no table public.{table}, or this role can't see it", null, "give a connection whose role may SELECT from the three tables").ToException();
        }

        try
        {
            await RunAsync(writing, $"CREATE TABLE public.{table} ({string.Join(", ", columns)})", cancellation);
        }
        catch (PostgresException unknown) when (unknown.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName)
        {
            throw Fault.Gate("not-copied", $"public.{table} can't be made again here: {unknown.MessageText}", null, "rehearse on a restored copy of the shop with types and functions of its own").ToException();
        }
    }

    static async Task<long> StreamAsync(NpgsqlConnection reading, NpgsqlConnection writing, string table, string where, CancellationToken cancellation)
    {
        var names = string.Join(", ", await ListAsync(reading, "rehearsal/source_names.sql", table, cancellation));
        await using (var source = await reading.BeginRawBinaryCopyAsync($"COPY (SELECT {names} FROM public.{table}{where}) TO STDOUT (FORMAT BINARY)", cancellation))
        await using (var target = await writing.BeginRawBinaryCopyAsync($"COPY public.{table} ({names}) FROM STDIN (FORMAT BINARY)", cancellation))
        {
            await source.CopyToAsync(target, 1 << 16, cancellation);
        }

        return (long)(await ValueAsync(writing, $"SELECT count(*) FROM public.{table}", cancellation))!;
    }

    static async Task<List<string>> ListAsync(NpgsqlConnection connection, string path, string table, CancellationToken cancellation)
    {
        var found = new List<string>();
        await using var command = new NpgsqlCommand(Sql.Text(path), connection);
        command.Parameters.With($"public.{table}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetString(0));
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
