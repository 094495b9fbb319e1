using System.Globalization;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// The version of our schema. Several builds meet at one database while it is upgraded: whoever is older than the schema leaves it alone,
/// and works with it or refuses, as the newer one says.
/// </summary>
/// <param name="Number">Higher is newer; 0 is a schema from before versions were counted.</param>
/// <param name="Least">The lowest version of a build that works with this schema.</param>
public sealed record SchemaVersion(int Number, int Least)
{
    /// <summary>A line a version: number, least, and a fingerprint of all scripts, so that none can change unnoticed.</summary>
    public const string Path = "version/versions.txt";

    /// <summary>This build's.</summary>
    public static SchemaVersion Own { get; } = Parse(Sql.Text(Path));

    /// <summary>The statement that notes this version in a database.</summary>
    public SchemaScript Note =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"schema version {Number}"),
            Sql.Text("version/write.sql")
                .Replace("$number", Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("$least", Least.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        );

    /// <summary>What a database has; null where our schema isn't.</summary>
    public static async Task<SchemaVersion?> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using (
            var exists = database.CreateCommand(
                "SELECT CASE WHEN to_regclass('dxy.schema_version') IS NOT NULL THEN 2 WHEN to_regclass('dxy.due') IS NOT NULL THEN 1 "
                    + "ELSE 0 END"
            )
        )
        {
            switch ((int)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                case 0:
                    return null;
                case 1:
                    return new SchemaVersion(0, 0);
                default:
                    break;
            }
        }

        await using var command = database.CreateCommand("SELECT number, least FROM dxy.schema_version");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new SchemaVersion(reader.GetInt32(0), reader.GetInt32(1)) : new SchemaVersion(0, 0);
    }

    /// <summary>Why a build of this version can't work with what a database has, in one line; null where it can.</summary>
    public string? FaultWith(SchemaVersion? found) =>
        found switch
        {
            null => "the database has no schema of ours: run './dxy db apply' first.",
            { Number: var number } when number < Number => string.Create(
                CultureInfo.InvariantCulture,
                $"the database's schema is version {number} and this build needs {Number}: run './dxy db apply' of this build first."
            ),
            { Number: var number, Least: var least } when least > Number => string.Create(
                CultureInfo.InvariantCulture,
                $"the database's schema is version {number}, which no build older than {least} works with, and this build is {Number}: "
                    + $"install the newer build."
            ),
            _ => null,
        };

    public static SchemaVersion Parse(string versions)
    {
        var last = versions.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(' ');
        return new SchemaVersion(int.Parse(last[0], CultureInfo.InvariantCulture), int.Parse(last[1], CultureInfo.InvariantCulture));
    }
}
