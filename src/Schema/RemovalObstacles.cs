using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>What stands in the way of removing what is ours, so that nothing of somebody else's goes or breaks with it.</summary>
static class RemovalObstacles
{
    const int Named = 20;

    /// <summary>Refuses while something is in the way.</summary>
    /// <param name="connection">In the transaction that removes.</param>
    /// <param name="discardBackups">Whether backups that a completed migration's way back still needs go all the same.</param>
    /// <param name="relations">Our tables and views, backups included.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="SchemaException">Says what is in the way and what to do.</exception>
    public static async Task RefuseAsync(
        NpgsqlConnection connection,
        bool discardBackups,
        string[] relations,
        CancellationToken cancellation
    )
    {
        if ((await connection.TextsAsync("SELECT to_regclass('dxy.run')::text", cancellation)).Count > 0)
        {
            await RefuseRunsAsync(connection, discardBackups, cancellation);
        }

        string[] functions = [.. OurObjects.Functions];
        if (
            await connection.TextsAsync(Sql.Text("remove/strangers.sql"), cancellation, relations, functions, OurObjects.Schemas) is
            { Count: > 0 } strangers
        )
        {
            throw new SchemaException(
                $"In our schemas stands what isn't ours: {Some(strangers)}. Move it elsewhere (ALTER … SET SCHEMA public), or drop it, "
                    + $"and remove again; nothing was removed."
            );
        }

        if (await connection.TextsAsync(Sql.Text("remove/leaning.sql"), cancellation, relations, functions) is { Count: > 0 } leaning)
        {
            throw new SchemaException(
                $"Something else depends on what is ours: {Some(leaning)}. Drop or change it, and remove again; nothing was removed."
            );
        }

        if (
            await connection.TextsAsync(Sql.Text("remove/callers.sql"), cancellation, relations, functions, OurObjects.Schemas) is
            { Count: > 0 } callers
        )
        {
            throw new SchemaException(
                $"What would fail without us: function {Some(callers)}. Drop or change it, and remove again; nothing was removed."
            );
        }
    }

    /// <summary>The server would not let a thing of ours go because of another that came meanwhile.</summary>
    public static SchemaException Depended(PostgresException refused) =>
        new(
            $"Something else depends on what is ours: {refused.MessageText}. Drop or change it, and remove again; nothing was removed.",
            refused
        );

    static async Task RefuseRunsAsync(NpgsqlConnection connection, bool discardBackups, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("remove/runs.sql"), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (run, state, direction) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            if (state != "completed")
            {
                throw new SchemaException(
                    direction == "back"
                        ? $"The migration {run} is on its way back ({state}): let it end there first; nothing was removed."
                        : $"The migration {run} is {state}: let it end, or take it back with 'migrate rollback {run}', first; nothing "
                            + $"was removed."
                );
            }

            if (!discardBackups)
            {
                throw new SchemaException(
                    $"Until {reader.GetString(3)} the migration {run} can be taken back, from its backup in dxy_backup: remove after "
                        + $"that, or say --discard-backups; nothing was removed."
                );
            }
        }
    }

    static string Some(List<string> names) =>
        string.Join("; ", names.Take(Named)) + (names.Count > Named ? $"; and {names.Count - Named} more" : "");
}
