using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Due;

/// <summary>
/// Turning recorded changes into due work, in a short transaction of its own: changes held by a long one would be skipped by every other
/// reader meanwhile. Its commit is not waited for; lost in a crash, the changes are there still and the work is not.
/// </summary>
static class ChangeExpansion
{
    /// <summary>Returns how many changes it took, at most 5,000.</summary>
    public static async Task<int> ExpandAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("expand_changes");
        batch.Add("commit_later");
        return (int)(await batch.ExecuteScalarAsync(cancellation))!;
    }
}
