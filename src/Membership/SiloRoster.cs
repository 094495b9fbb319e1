using Npgsql;

namespace DxyOrleans.Membership;

/// <summary>Which silos there are, from the tables: no silo is asked.</summary>
public static class SiloRoster
{
    static readonly string[] States = ["none", "created", "joining", "active", "shutting_down", "stopping", "dead"];

    /// <summary>All that the table knows, newest first; none where the schema isn't there.</summary>
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

        await using var command = database.CreateCommand(Sql.Statement("list_silos"));
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

    /// <summary>How many silos are alive.</summary>
    public static async Task<int> CountAliveAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        (await ReadAsync(database, cancellation)).Count(silo => silo.IsAlive);
}
