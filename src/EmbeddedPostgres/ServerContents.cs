using Npgsql;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The owner's role and its database. Run until it has succeeded once, so it takes what it finds half-done.</summary>
internal static class ServerContents
{
    public static async Task PrepareAsync(ServerRecord record, int port, CancellationToken cancellationToken)
    {
        var admin = EmbeddedServer.Connection(record, port, EmbeddedServer.AdminName, record.AdminPassword, "postgres");
        // The pool would keep a superuser's connection open for nothing.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await using (connection)
        {
            await connection.OpenAsync(cancellationToken);
            var verb = await ExistsAsync(connection, "SELECT FROM pg_roles WHERE rolname = $1", record.Role, cancellationToken)
                ? "ALTER"
                : "CREATE";
            await RunAsync(
                connection,
                $"{verb} ROLE {record.Role} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD '{record.Password}'",
                cancellationToken
            );
            if (
                !await ExistsAsync(connection, "SELECT FROM pg_database WHERE datname = $1", EmbeddedServer.DatabaseName, cancellationToken)
            )
                await RunAsync(connection, $"CREATE DATABASE {EmbeddedServer.DatabaseName} OWNER {record.Role}", cancellationToken);
            // By the default path this login's own tables would land among ours; those that did are found there all the same.
            if (record.Role == EmbeddedServer.FormerRoleName)
                await RunAsync(connection, $"ALTER ROLE {record.Role} SET search_path = public, {record.Role}", cancellationToken);
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string query, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection).WithValues(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
