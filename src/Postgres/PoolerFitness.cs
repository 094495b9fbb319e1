using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>The pooler before the database can't carry what a silo does. The message says what and which setting mends it.</summary>
public sealed class PoolerException(string message) : Exception(message);

/// <summary>Whether what stands between us and the database, if anything does, carries our statements; found out at once and not by the
/// first that fails.</summary>
public static class PoolerFitness
{
    /// <summary>What has to be set where prepared statements aren't carried.</summary>
    public const string PreparedTodo =
        "set DXY_PREPARE=false, or have the pooler carry them (max_prepared_statements of pgbouncer 1.21 and later)";

    const string Probe = "SELECT 'dxy looks whether a prepared statement is carried'";

    // A pooler gives the connection that was used last to who asks next, unless others take it in this moment.
    const int Tries = 3;

    /// <param name="settings">How the database is to be reached and used, through the pooler where there is one.</param>
    /// <param name="cancellation">Ends the looking.</param>
    /// <exception cref="PoolerException">It is not fit.</exception>
    /// <exception cref="NpgsqlException">It can't be reached.</exception>
    public static async Task RequireAsync(DatabaseSettings settings, CancellationToken cancellation)
    {
        // What this looks by must not itself be prepared.
        await using var database = Database.Open(settings with { Prepare = false, PoolSize = 2 });
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await ServerAsync(connection, cancellation) == connection.ProcessID)
        {
            return;
        }

        if ((await SessionSettings.OthersAsync(connection, cancellation)).FirstOrDefault(setting => setting.Matters) is { } other)
        {
            await using var who = new NpgsqlCommand(
                "SELECT format('ALTER ROLE %I IN DATABASE %I SET %s = %L', current_user, current_database(), $1, $2)",
                connection
            );
            who.Parameters.With(other.Name).With(other.Wanted);
            throw new PoolerException(
                $"{other.Name} is '{other.Value}' for this login, and through a pooler no connection can set it for itself; run once: "
                    + $"{await who.ExecuteScalarAsync(cancellation)}; then let the pooler make its connections anew (RECONNECT in "
                    + $"pgbouncer), or give the server's own address"
            );
        }

        if (
            settings.Prepare
            && await IsSeenAsPreparedAsync(connection, cancellation)
            && await IsSharedAsync(database, connection, cancellation)
        )
        {
            throw new PoolerException(
                $"the pooler before it doesn't carry prepared statements from one transaction to the next; {PreparedTodo}"
            );
        }
    }

    // A pooler that carries them gives them names of its own; under ours it only passed it on, to a connection that is another's in the
    // next transaction.
    static async Task<bool> IsSeenAsPreparedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var probe = new NpgsqlCommand(Probe, connection);
        await probe.PrepareAsync(cancellation);
        bool seen;
        await using (
            var look = new NpgsqlCommand(
                @"SELECT EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE statement = $1 AND name ~ '^_p[0-9]+$')",
                connection
            )
        )
        {
            look.Parameters.With(Probe);
            seen = (bool)(await look.ExecuteScalarAsync(cancellation))!;
        }

        // In this transaction, while it is this connection's: it must not be left for others to stumble over.
        await probe.UnprepareAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return seen;
    }

    // A pooler in session mode keeps its connection for us, and prepared statements work.
    static async Task<bool> IsSharedAsync(NpgsqlDataSource database, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var second = await database.OpenConnectionAsync(cancellation);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await ServerAsync(connection, cancellation) == await ServerAsync(second, cancellation))
            {
                return true;
            }
        }

        return false;
    }

    static async Task<int> ServerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
