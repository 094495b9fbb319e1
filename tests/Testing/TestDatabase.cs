using Npgsql;

namespace DxyOrleans.Testing;

/// <summary>A database of one test's own.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly Lazy<NpgsqlDataSource> _data;
    private readonly Lazy<NpgsqlDataSource> _admin;

    internal TestDatabase(TestServer server, string name, string connectionString, string adminConnectionString)
    {
        (_server, Name, ConnectionString, AdminConnectionString) = (server, name, connectionString, adminConnectionString);
        _data = new(() => NpgsqlDataSource.Create(ConnectionString));
        _admin = new(() => NpgsqlDataSource.Create(AdminConnectionString));
    }

    public string Name { get; }

    /// <summary>For Npgsql: the role that owns the database, no superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>For Npgsql: a superuser.</summary>
    public string AdminConnectionString { get; }

    /// <summary>A pool of the owner's connections, closed with the database.</summary>
    public NpgsqlDataSource Data => _data.Value;

    /// <summary>A pool of a superuser's connections, closed with the database.</summary>
    public NpgsqlDataSource Admin => _admin.Value;

    /// <summary>Runs statements as the owner; returns the rows changed.</summary>
    public async Task<int> RunAsync(string sql, CancellationToken cancellationToken = default)
    {
        await using var command = Data.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value of the first row, as the owner; default when there is no row or it is null.</summary>
    public async Task<T?> ValueAsync<T>(string sql, CancellationToken cancellationToken = default)
    {
        await using var command = Data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_data.IsValueCreated)
            await _data.Value.DisposeAsync();
        if (_admin.IsValueCreated)
            await _admin.Value.DisposeAsync();
        await _server.DropAsync(this);
    }
}
