using System.Globalization;
using Npgsql;

namespace DxyOrleans.Membership;

/// <summary>
/// Which cluster a ServiceId belongs to in this database: Orleans keeps reminders and grain state by ServiceId alone, so that two clusters
/// with one ServiceId would fire every reminder twice.
/// </summary>
public sealed class ServiceClaim(NpgsqlDataSource database, string serviceId, string clusterId)
{
    /// <summary>
    /// Claims the ServiceId, also from a cluster of which no silo is alive. Where several clusters start at once, those that claim again
    /// once a silo of theirs stands in the membership table end with exactly one that holds it.
    /// </summary>
    /// <returns>Null, or one line: what stands against it and what to do.</returns>
    public async Task<string?> TakeAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT held_by, silo, extract(epoch FROM heard_before)::double precision FROM dxy.claim_service($1, $2, $3)",
            connection
        );
        command.Parameters.With(serviceId).With(clusterId).With(Heartbeat.Fresh);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"ServiceId '{serviceId}' on database {connection.Database} at {connection.Host} belongs to cluster "
                    + $"'{reader.GetString(0)}', whose silo {reader.GetString(1)} was alive {Math.Max(0, reader.GetDouble(2)):0} s ago, "
                    + $"not to '{clusterId}': stop that cluster first (one that was killed is taken for gone after "
                    + $"{Heartbeat.Fresh.TotalSeconds:0} s), or give this one a ServiceId of its own."
            )
            : null;
    }

    /// <summary>The cluster that holds the ServiceId instead; null while this one does.</summary>
    public async Task<string?> LostToAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT cluster_id FROM dxy.service WHERE service_id = $1 AND cluster_id <> $2");
        command.Parameters.With(serviceId).With(clusterId);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }
}
