using System.Text.Json;
using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>The host's tables as they stand now.</summary>
/// <param name="Relations">Those that are there.</param>
/// <param name="HasTimescale">Whether TimescaleDB keeps a catalog in the database.</param>
public sealed record HostCatalog(IReadOnlyList<HostRelation> Relations, bool HasTimescale)
{
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public HostRelation? this[string table] => Relations.FirstOrDefault(relation => relation.Name == table);

    public static async Task<HostCatalog> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("checks/host_tables.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new HostCatalog(JsonSerializer.Deserialize<List<HostRelation>>(reader.GetString(0), Json)!, reader.GetBoolean(1));
    }
}
