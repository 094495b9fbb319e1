using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Migration.Runs;

/// <summary>Whether somebody ordered <c>migrate retry</c> since a step looked: he has mended what it waits for, or wants it done
/// again.</summary>
static class RunRetries
{
    /// <summary>How many were ordered so far.</summary>
    public static Task<long> CountAsync(RunContext context, CancellationToken cancellation) =>
        context.Database.Migration("ledger/count_retries", context.Run.Name).ValueAsync<long>(cancellation);
}
