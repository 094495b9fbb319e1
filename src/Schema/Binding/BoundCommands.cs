using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>Statements as the host's tables need them: every statement of ours that reads or writes bars goes this way.</summary>
public static class BoundCommands
{
    /// <summary>A statement that is written for our tables, for the host's that this connection leads to: as it stands where they are such
    /// as ours.</summary>
    public static string Bound(this NpgsqlConnection connection, string sql) => HostBindings.Of(connection).Render(sql);

    /// <summary>The same of a data source.</summary>
    public static string Bound(this NpgsqlDataSource database, string sql) => HostBindings.Of(database).Render(sql);

    /// <summary>The same for a statement that holds the two tables against each other, at the coarser one's precision.</summary>
    public static string Paired(this NpgsqlConnection connection, string sql) => HostBindings.Of(connection).RenderPaired(sql);

    /// <summary>The same for a statement that holds the two tables against each other, at the coarser one's precision.</summary>
    public static string Paired(this NpgsqlDataSource database, string sql) => HostBindings.Of(database).RenderPaired(sql);

    /// <summary>Adds a statement of <c>sql/statements/</c> to the batch.</summary>
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string statement) =>
        batch.AddBound(new NpgsqlBatchCommand(Sql.Statement(statement)));

    /// <summary>Adds a command to the batch, its text for the host's tables.</summary>
    public static NpgsqlParameterCollection AddBound(this NpgsqlBatch batch, NpgsqlBatchCommand command)
    {
        command.CommandText = batch.Connection!.Bound(command.CommandText);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    /// <summary>A command for a statement of <c>sql/statements/</c>.</summary>
    public static NpgsqlCommand Statement(this NpgsqlDataSource database, string name) =>
        database.CreateCommand(database.Bound(Sql.Statement(name)));

    /// <summary>The same on a connection.</summary>
    public static NpgsqlCommand Statement(this NpgsqlConnection connection, string name) =>
        new(connection.Bound(Sql.Statement(name)), connection);
}
