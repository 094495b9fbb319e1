using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>A subscription that writes tables of bars or of ours in this database.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsEnabled">Whether it is at work.</param>
/// <param name="Bars">The tables of bars, partitions and registry that it writes, with their schemas. Its rows are captured.</param>
/// <param name="Ours">The tables of our schemas that it writes: two systems' work would be mixed there.</param>
public sealed record Subscription(string Name, bool IsEnabled, IReadOnlyList<string> Bars, IReadOnlyList<string> Ours)
{
    const string LeaveOut = "leave the schemas dxy, dxy_orleans and dxy_backup out of its publication";

    /// <summary>What is wrong with it, and what to do; null where nothing is.</summary>
    public string? Fault =>
        Ours.Count > 0
            ? $"the subscription {Name} writes {string.Join(", ", Ours)}, which this database's own work is kept in: {LeaveOut}"
            : null;

    /// <summary>What to know of it.</summary>
    public string Note =>
        Bars.Count > 0
            ? $"the subscription {Name}{(IsEnabled ? "" : " (disabled)")} brings {string.Join(", ", Bars)}: captured row by row. What "
                + $"is derived here has to be left out of its publication: "
                + "the indexes' rows of data_bars (a row filter, from PostgreSQL 15 on), and derived_data_bars"
            : Fault ?? "";
}

/// <summary>Finds them.</summary>
public static class Subscriptions
{
    /// <summary>Those of this database that concern us; none where there are none, or where this login may not see them.</summary>
    public static async Task<IReadOnlyList<Subscription>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var found = new List<Subscription>();
        await using var command = database.CreateCommand(Sql.Text("checks/subscriptions.sql"));
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                found.Add(
                    new Subscription(
                        reader.GetString(0),
                        reader.GetBoolean(1),
                        reader.GetFieldValue<string[]>(2),
                        reader.GetFieldValue<string[]>(3)
                    )
                );
            }
        }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Some services hide them from all but their own administrators; the sweep finds what came unseen.
        }

        return found;
    }
}
