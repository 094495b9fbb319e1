using System.Data;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>
/// One snapshot of the database, read by two connections at once where that can be had: what either sees, the other sees. Where it can't,
/// because the pool has no second connection free or a pooler or the server passes no snapshot on, there is one connection. To be disposed
/// of.
/// </summary>
internal sealed class SharedSnapshot : IAsyncDisposable
{
    // Longer than making a connection takes, shorter than anybody would wait for a gain of some tenths of a second.
    static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly NpgsqlTransaction _first;
    NpgsqlTransaction? _second;

    SharedSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) => (First, _first) = (connection, transaction);

    public NpgsqlConnection First { get; }

    /// <summary>Sees the same as <see cref="First"/>; null when there is none.</summary>
    public NpgsqlConnection? Second { get; private set; }

    /// <summary>Whether a second connection was waited for in vain: it won't be had a moment later either.</summary>
    public bool IsAlone { get; private set; }

    /// <param name="database">Where to read.</param>
    /// <param name="alone">Whether no second connection is to be tried for.</param>
    /// <param name="cancellation">Ends the opening.</param>
    public static async Task<SharedSnapshot> OpenAsync(NpgsqlDataSource database, bool alone, CancellationToken cancellation)
    {
        var first = await OneAsync(database, cancellation);
        if (alone)
        {
            first.IsAlone = true;
            return first;
        }

        try
        {
            return await first.ExportAsync(cancellation) is not { } name ? first : await first.JoinAsync(database, name, cancellation);
        }
        catch (PostgresException)
        {
            // Refused: the transaction can't be read in any more. A fault that lasts shows at the new one.
            await first.DisposeAsync();
            return await OneAsync(database, cancellation);
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await _first.DisposeAsync();
        await First.DisposeAsync();
    }

    static async Task<SharedSnapshot> OneAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            return new SharedSnapshot(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // The name is spliced into the joining statement, which takes no parameter: one of another form isn't joined.
    async Task<string?> ExportAsync(CancellationToken cancellation) =>
        await First.Text("SELECT pg_export_snapshot()").ValueAsync<string>(cancellation) is { } name
        && name.All(one => char.IsAsciiHexDigit(one) || one == '-')
            ? name
            : null;

    async Task<SharedSnapshot> JoinAsync(NpgsqlDataSource database, string name, CancellationToken cancellation)
    {
        try
        {
            using var moment = new CancellationTokenSource(Moment, TimeProvider.System);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(moment.Token, cancellation);
            Second = await database.OpenConnectionAsync(either.Token);
            _second = await Second.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var join = Second.Text($"SET TRANSACTION SNAPSHOT '{name}'");

            // A pooler takes any connection and lets its first statement wait for one of its own; the first of ours may hold the last.
            join.CommandTimeout = (int)Patience.TotalSeconds;
            await join.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception none)
            when (none is NpgsqlException || (none is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // One connection reads it all, later.
            IsAlone = none is NpgsqlException;
            await LeaveAsync();
        }

        return this;
    }

    async Task LeaveAsync()
    {
        if (_second is not null)
        {
            await _second.DisposeAsync();
        }

        if (Second is not null)
        {
            await Second.DisposeAsync();
        }

        (_second, Second) = (null, null);
    }
}
