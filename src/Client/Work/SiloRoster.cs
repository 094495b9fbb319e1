using DxyOrleans.Core.Time;
using DxyOrleans.Membership;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>A silo as the membership table knows it; <c>WasVoted</c>: others found that it doesn't answer.</summary>
internal sealed record KnownSilo(
    string Cluster,
    string Name,
    string Host,
    string Address,
    int Port,
    int Generation,
    int GatewayPort,
    string State,
    UtcTime Started,
    UtcTime LastAlive,
    int TableVersion,
    UtcTime Now,
    bool WasVoted
)
{
    public bool IsAlive => State == "active" && Now - LastAlive < Heartbeat.Fresh;
}

/// <summary>Which silos there are, from the tables: no silo is asked.</summary>
internal static class SiloRoster
{
    static readonly string[] States = ["none", "created", "joining", "active", "shutting_down", "stopping", "dead"];

    public static async Task<IReadOnlyList<KnownSilo>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var silos = new List<KnownSilo>();
        await using (var exists = database.CreateCommand("SELECT to_regclass('dxy_orleans.cluster_member') IS NOT NULL"))
        {
            if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                return silos;
            }
        }

        await using var command = database.Statement("list_silos");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            silos.Add(
                new KnownSilo(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetInt32(5),
                    reader.GetInt32(6),
                    States[Math.Clamp(reader.GetInt32(7), 0, 6)],
                    reader.GetUtc(8),
                    reader.GetUtc(9),
                    reader.GetInt32(10),
                    reader.GetUtc(11),
                    reader.GetBoolean(12)
                )
            );
        }

        return silos;
    }

    /// <summary>The indexes' routes and epochs.</summary>
    public static async Task<IReadOnlyList<(string Symbol, string Mode, long Epoch)>> RoutesAsync(
        NpgsqlDataSource database,
        CancellationToken cancellation
    )
    {
        var routes = new List<(string, string, long)>();
        await using var command = database.Statement("list_routes");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            routes.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return routes;
    }

    public static async Task<int> CountAliveAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        (await ReadAsync(database, cancellation)).Count(silo => silo.IsAlive);
}
