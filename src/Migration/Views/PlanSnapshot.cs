using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Views;

/// <summary>
/// One snapshot of a database that can only be read: whatever is asked over <see cref="Data"/> sees the same instant, each time in a
/// transaction that the server lets write nothing. It needs SELECT and nothing else, and works through a transaction-mode pooler.
/// </summary>
public sealed class PlanSnapshot : IAsyncDisposable
{
    readonly NpgsqlConnection _holder;
    readonly NpgsqlTransaction _transaction;

    PlanSnapshot(NpgsqlConnection holder, NpgsqlTransaction transaction, NpgsqlDataSource data) =>
        (_holder, _transaction, Data) = (holder, transaction, data);

    /// <summary>Each connection of it is made for one use and begins in the snapshot.</summary>
    public NpgsqlDataSource Data { get; }

    /// <exception cref="PostgresException">The server can't be reached, or gives no snapshot.</exception>
    public static async Task<PlanSnapshot> OpenAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        // A connection is for one statement: nothing is worth preparing, and what ends the transaction ends the connection.
        var connection = new NpgsqlConnectionStringBuilder(Database.ConnectionString(settings with { ReadOnly = false, Prepare = false }))
        {
            Pooling = false,
        }.ConnectionString;
        var holder = new NpgsqlConnection(connection);
        try
        {
            await holder.OpenAsync(cancellation);
            await SessionSettings.SettleAsync(holder, readOnly: true);
            var transaction = await holder.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            await holder.Text("SET TRANSACTION READ ONLY").RunAsync(cancellation);
            var snapshot = await holder.Text("SELECT pg_export_snapshot()").ValueAsync<string>(cancellation);
            var builder = new NpgsqlDataSourceBuilder(connection);
            var begin = $"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'";
            builder.UsePhysicalConnectionInitializer(opened => Begin(opened, begin), opened => BeginAsync(opened, begin));
            return new PlanSnapshot(holder, transaction, builder.Build());
        }
        catch
        {
            await holder.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _transaction.DisposeAsync();
        await _holder.DisposeAsync();
    }

    static void Begin(NpgsqlConnection opened, string begin)
    {
        SessionSettings.Settle(opened, readOnly: true);
        using var command = new NpgsqlCommand(begin, opened);
        command.ExecuteNonQuery();
    }

    static async Task BeginAsync(NpgsqlConnection opened, string begin)
    {
        await SessionSettings.SettleAsync(opened, readOnly: true);
        await using var command = new NpgsqlCommand(begin, opened);
        await command.ExecuteNonQueryAsync();
    }
}
