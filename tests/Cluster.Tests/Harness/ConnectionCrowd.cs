using System.Collections.Concurrent;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Idle connections of other programs, as many as the server takes.</summary>
/// <param name="connectionString">A login that isn't a superuser: those have places of their own.</param>
public sealed class ConnectionCrowd(string connectionString) : IAsyncDisposable
{
    const int AtOnce = 8;

    readonly ConcurrentBag<NpgsqlConnection> _idle = [];
    readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        ApplicationName = "crowd",
    }.ConnectionString;

    /// <summary>Connects until the server refuses.</summary>
    public Task FillAsync() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(ConnectAsync)));

    public void Leave()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        Leave();
        return default;
    }

    async Task ConnectAsync()
    {
        while (true)
        {
            var connection = new NpgsqlConnection(_connectionString);
            try
            {
                await connection.OpenAsync(TestContext.Current.CancellationToken);
                _idle.Add(connection);
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                return;
            }
        }
    }
}
