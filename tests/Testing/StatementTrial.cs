using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Testing;

/// <summary>Whether the server understands a statement, without running it.</summary>
public static class StatementTrial
{
    /// <summary>What it says against it; null also where only the parameters' types are in doubt: everything else was understood by
    /// then.</summary>
    public static async Task<string?> FaultAsync(NpgsqlDataSource database, string text, string? types = null)
    {
        var query = text.StartsWith("COPY (", StringComparison.Ordinal)
            ? text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..text.LastIndexOf(") TO STDOUT", StringComparison.Ordinal)]
            : text;
        await using var connection = await database.OpenConnectionAsync(TestHost.Token);
        try
        {
            await connection.RunAsync("SET timezone = 'UTC'", TestHost.Token);
            await connection.RunAsync($"PREPARE tried{(types is null ? "" : $"({types})")} AS {query}", TestHost.Token);
            await connection.RunAsync("DEALLOCATE tried", TestHost.Token);
            return null;
        }
        catch (PostgresException fault)
        {
            return fault.SqlState == PostgresErrorCodes.IndeterminateDatatype ? null : fault.MessageText;
        }
    }
}
