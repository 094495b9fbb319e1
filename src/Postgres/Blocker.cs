using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>The session that keeps one of ours from going on.</summary>
/// <param name="Lock">What is locked: a table with its schema, or the kind of lock.</param>
/// <param name="Pid">Its process on the server.</param>
/// <param name="Role">Who logged in; null where the server doesn't tell us.</param>
/// <param name="Application">The program's name for itself; null likewise.</param>
/// <param name="State">What it is doing, such as <c>idle in transaction</c>; null likewise.</param>
/// <param name="Since">When its transaction began; null likewise.</param>
/// <param name="Statement">The beginning of its last statement; null likewise.</param>
public sealed record Blocker(string Lock, int Pid, string? Role, string? Application, string? State, UtcTime? Since, string? Statement)
{
    /// <summary>Who holds up the sessions of that application name in this database; null where none of them waits for a lock.</summary>
    public static async Task<Blocker?> OfAsync(NpgsqlDataSource database, string applicationName, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Statement("who_blocks"));
        command.Parameters.With(applicationName);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Blocker(
                reader.GetString(0),
                reader.IsDBNull(1) ? 0 : reader.GetInt32(1),
                Text(2),
                Text(3),
                Text(4),
                reader.IsDBNull(5) ? null : reader.GetUtc(5),
                Text(6)
            )
            : null;

        string? Text(int column) => reader.IsDBNull(column) || reader.GetString(column).Length == 0 ? null : reader.GetString(column);
    }

    /// <summary>In one line.</summary>
    public override string ToString() =>
        $"{Lock} is locked by process {Pid} "
        + $"({Role ?? "a role that isn't told"}{(Application is null ? "" : $", {Application}")}{(State is null ? "" : $", {State}")}"
        + $"{(Since is { } since ? $", since {since}" : "")}){(Statement is null ? "" : $": {Statement}")}";
}
