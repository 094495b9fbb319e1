using System.Security.Cryptography;
using System.Text;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Membership;

/// <summary>A key, without what it is.</summary>
/// <param name="Name">By which people know it.</param>
/// <param name="CreatedAt">When it was made, by the server's clock.</param>
/// <param name="CreatedBy">By which login.</param>
/// <param name="RevokedAt">Since when it is worth nothing; null while it lets in.</param>
public sealed record ApiKey(string Name, UtcTime CreatedAt, string CreatedBy, UtcTime? RevokedAt);

/// <summary>
/// Keys by which programs read over HTTP. The database keeps their hash alone: a key is shown when it is made and never again. Being 256
/// random bits, it is guessed from no hash, however fast that is.
/// </summary>
public sealed class ApiKeys(NpgsqlDataSource database)
{
    /// <summary>Characters of a name at most.</summary>
    public const int MaxName = 100;

    const string Prefix = "dxy_";
    const int Bytes = 32;

    /// <summary>Makes one; null where a key of this name is there, revoked or not.</summary>
    public async Task<string?> AddAsync(string name, CancellationToken cancellation)
    {
        var key = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
        await using var command = database.CreateCommand(
            "INSERT INTO dxy.api_key (name, hash) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
        );
        command.Parameters.With(name).With(Hash(key));
        return await command.ExecuteNonQueryAsync(cancellation) == 1 ? key : null;
    }

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT name, created_at, created_by, revoked_at FROM dxy.api_key ORDER BY name");
        return await command.RowsAsync(
            row => new ApiKey(row.GetString(0), row.GetUtc(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetUtc(3)),
            cancellation
        );
    }

    /// <summary>Has one let nobody in any more; false where no key of this name does.</summary>
    public async Task<bool> RevokeAsync(string name, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "UPDATE dxy.api_key SET revoked_at = clock_timestamp() WHERE name = $1 AND revoked_at IS NULL"
        );
        command.Parameters.With(name);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Whether a key lets in.</summary>
    public async Task<bool> IsValidAsync(string key, CancellationToken cancellation)
    {
        if (!LooksLikeOne(key))
        {
            return false;
        }

        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM dxy.api_key WHERE hash = $1 AND revoked_at IS NULL)");
        command.Parameters.With(Hash(key));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Whether a text can be a key of ours at all; what isn't is no question to the database.</summary>
    public static bool LooksLikeOne(string key) =>
        key.Length == Prefix.Length + (2 * Bytes) && key.StartsWith(Prefix, StringComparison.Ordinal);

    static byte[] Hash(string key) => SHA256.HashData(Encoding.ASCII.GetBytes(key));
}
