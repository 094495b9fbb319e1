using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>An index that a run made or was making.</summary>
/// <param name="Oid">Its oid.</param>
/// <param name="Relation">What it is on, quoted.</param>
/// <param name="QuotedName">Schema and name, quoted.</param>
/// <param name="Name">Its name.</param>
/// <param name="Valid">indisvalid.</param>
/// <param name="Building">Whether a session is at it.</param>
/// <param name="Parent">The index it is attached to.</param>
/// <param name="ParentToBe">The index of a run on the relation above.</param>
sealed record OwnIndex(
    long Oid,
    string Relation,
    string QuotedName,
    string Name,
    bool Valid,
    bool Building,
    long? Parent,
    long? ParentToBe
);

/// <summary>Building an index outside a transaction, and what is there of such.</summary>
static class IndexBuild
{
    public const string Prefix = "dxy_key_";

    /// <summary>Indexes of this and former runs on the table and its partitions.</summary>
    public static Task<List<OwnIndex>> OursAsync(NpgsqlDataSource database, TableShape table, CancellationToken cancellation) =>
        database
            .Migration("schema/our_indexes", (object)table.Relations.Select(relation => relation.Oid).ToArray(), Prefix)
            .RowsAsync(
                row => new OwnIndex(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetBoolean(4),
                    row.GetBoolean(5),
                    row.IsDBNull(6) ? null : row.GetInt64(6),
                    row.IsDBNull(7) ? null : row.GetInt64(7)
                ),
                cancellation
            );

    /// <summary>Runs a statement that can't be in a transaction, however long it takes. Wants a session of its own: no transaction-mode
    /// pooler between.</summary>
    public static async Task RunAsync(RunContext context, string sql, CancellationToken cancellation)
    {
        await RunTarget.RequireAsync(context.Direct, context.Run, cancellation);
        await using var connection = await context.Direct.OpenConnectionAsync(cancellation);
        var (timeout, application) = (
            await connection
                .Text("SELECT current_setting('statement_timeout'), current_setting('application_name')")
                .RowsAsync(row => (row.GetString(0), row.GetString(1)), cancellation)
        )[0];
        await connection
            .Text(
                "SELECT set_config('statement_timeout', '0', false), set_config('application_name', 'dxy migrate ' || $1, false)",
                context.Run.Name
            )
            .RunAsync(cancellation);
        try
        {
            await using var command = connection.Text(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellation);
        }
        finally
        {
            // The connection goes back to the pool as it came; a cancelled call still has to.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await connection
                    .Text(
                        "SELECT set_config('statement_timeout', $1, false), set_config('application_name', $2, false)",
                        timeout,
                        application
                    )
                    .RunAsync(CancellationToken.None);
            }
        }
    }
}
