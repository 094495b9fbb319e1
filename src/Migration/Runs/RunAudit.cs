using System.Data;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>What going through a run's log came to.</summary>
/// <param name="Run">Whose.</param>
/// <param name="Events">Events that are sound, from the first.</param>
/// <param name="Head">The hash of the last sound one, in hexadecimal. Who keeps it elsewhere can tell later that nothing before it was
/// rewritten.</param>
/// <param name="Broken">The first event that is changed, missing or too many; null when none is.</param>
/// <param name="Fault">What is broken; null when nothing is.</param>
public sealed record AuditResult(string Run, long Events, string Head, long? Broken, string? Fault)
{
    /// <summary>Recomputes every hash, and holds the log's end and where it leads to against the run's own row, in one snapshot.</summary>
    /// <param name="database">Whose runs.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="head">A hash kept elsewhere, in hexadecimal, which has to be in the chain; null: none.</param>
    /// <param name="cancellation">Ends the statements.</param>
    /// <returns>Null when there is no such run.</returns>
    public static async Task<AuditResult?> ReadAsync(NpgsqlDataSource database, string run, string? head, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await RunViewReader.RunAsync(connection, run, cancellation) is not { } view)
        {
            return null;
        }

        var (chain, state, kept) = (new EventChain(), new LoggedState(), head is null);
        await using (var command = connection.Migration("view/log", view.Run.Name))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                chain.Add(
                    new LoggedEvent(
                        view.Run.Name,
                        reader.GetInt64(0),
                        reader.GetString(1),
                        reader.GetString(2),
                        reader.GetString(3),
                        reader.GetString(4),
                        reader.GetFieldValue<byte[]>(5)
                    )
                );
                state.Add(reader.GetString(3), reader.IsDBNull(6) ? null : reader.GetString(6));
                kept = kept || (chain.Fault is null && Convert.ToHexString(chain.Head).Equals(head, StringComparison.OrdinalIgnoreCase));
            }
        }

        chain.End(view.LogSeq, view.LogHash.AsSpan());
        var fault = chain.Fault
            ?? state.Differs(view.Run.State, view.Run.Direction, view.Run.Step)
            ?? (kept ? null : $"no event has the hash {head}: the log was written anew");
        return new AuditResult(view.Run.Name, chain.Events, Convert.ToHexStringLower(chain.Head), chain.Broken, fault);
    }
}
