using DxyOrleans.Core.Health;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>Programs that write the old table though a migration has moved its readers: looked for until the purge, also once the migration
/// is completed.</summary>
internal static class LateWritersCheck
{
    public static async Task<IReadOnlyList<HealthCheck>> RunAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var checks = new List<HealthCheck>();
        await using var command = database.Migration("cleanup/late_writers");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            checks.Add(
                HealthRules.LateWriters(
                    reader.GetString(0),
                    reader.GetUtc(1),
                    reader.GetInt64(2),
                    reader.IsDBNull(3) ? (UtcTime?)null : reader.GetUtc(3),
                    reader.IsDBNull(4) ? "" : reader.GetString(4),
                    reader.GetUtc(5)
                )
            );
        }

        return checks;
    }
}
