using Npgsql;

namespace DxyOrleans.Storage.Server;

/// <summary>The role <c>dxy</c> and its database. Run until it has succeeded once, so it takes what it finds half-done.</summary>
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
            const string Role = EmbeddedServer.RoleName;
            var verb = await ExistsAsync(connection, "SELECT FROM pg_roles WHERE rolname = $1", cancellationToken) ? "ALTER" : "CREATE";
            await RunAsync(connection, $"{verb} ROLE {Role} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD '{record.Password}'", cancellationToken);
            if (!await ExistsAsync(connection, "SELECT FROM pg_database WHERE datname = $1", cancellationToken))
                await RunAsync(connection, $"CREATE DATABASE {Role} OWNER {Role}", cancellationToken);
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = EmbeddedServer.RoleName } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
