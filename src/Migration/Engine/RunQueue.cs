using Npgsql;

namespace DxyOrleans.Migration.Engine;

/// <summary>Whether some run has work now.</summary>
public sealed class RunQueue(NpgsqlDataSource database)
{
    /// <summary>The name of the run that is to be taken further now; null when none is.</summary>
    public Task<string?> DueAsync(CancellationToken cancellation) => database.Migration("ledger/due_run").ValueAsync<string>(cancellation);
}
