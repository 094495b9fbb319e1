using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>Which server, database and tables a run was made for: a later step on another one is refused.</summary>
public static class RunTarget
{
    /// <summary>What the database is, as JSON.</summary>
    public static async Task<string> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.Migration("ledger/read_target");
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What the login lacks to carry a run out, as the statements that give it.</summary>
    public static Task<List<string>> LacksAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        database.Migration("pre-flight/rights").RowsAsync(row => row.GetString(0), cancellation);

    /// <exception cref="OtherTargetException">This isn't the database the run was made for.</exception>
    /// <exception cref="HiddenRowsException">Row security would hide rows of it.</exception>
    public static async Task RequireAsync(NpgsqlDataSource database, Run run, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT t::jsonb = $1::jsonb, t, (SELECT string_agg(h.name, ', ') FROM ({MigrationSql.Template("pre-flight/row_security")}) AS h)
            FROM ({MigrationSql.Template("ledger/read_target")}) AS s(t)
            """
        );
        command.Parameters.With(run.Target);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (!reader.GetBoolean(0))
        {
            throw new OtherTargetException(run.Name, run.Target, reader.GetString(1));
        }

        // A row that isn't seen isn't copied and isn't missed by any check. Pre-flight has a gate for it; it may come up later as well.
        if (run.Phase > MigrationPhase.PreFlight && !reader.IsDBNull(2))
        {
            throw new HiddenRowsException(run.Name, reader.GetString(2));
        }
    }
}

/// <summary>A run was made for another database than this.</summary>
public sealed class OtherTargetException(string run, string expected, string found)
    : Exception($"{run} was made for {expected}; this is {found}.");

/// <summary>Row security hides rows from whoever carries a run out.</summary>
public sealed class HiddenRowsException(string run, string tables)
    : Exception(
        $"Row security hides rows of {tables} from {run}; give its role BYPASSRLS or take row security off these tables, then 'migrate "
            + $"retry'."
    );
