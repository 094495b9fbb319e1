namespace DxyOrleans.Migration.Engine;

/// <summary>
/// What is written to the bars of a run's symbol is noted from the watch's beginning to its end, whoever writes, by triggers that are there
/// for that alone.
/// </summary>
static class Watch
{
    /// <summary>Begins it with this transaction, which waits for those that are writing the tables; a watch that has begun goes
    /// on.</summary>
    public static async Task BeginWatchAsync(this RunTransaction transaction, CancellationToken cancellation)
    {
        await AloneAsync(transaction, cancellation);
        await transaction.Connection.Text("SELECT dxy.touch_on()").RunAsync(cancellation);
        await transaction.Connection.Migration("derive/watch", transaction.Run.Symbol.Name, transaction.Run.Name).RunAsync(cancellation);
    }

    /// <summary>Ends it; the triggers go with the last watch.</summary>
    public static async Task EndWatchAsync(this RunTransaction transaction, CancellationToken cancellation)
    {
        await AloneAsync(transaction, cancellation);
        await transaction.Connection.Migration("derive/unwatch", transaction.Run.Symbol.Name, transaction.Run.Name).RunAsync(cancellation);
        await transaction.Connection.Text("SELECT dxy.touch_off()").RunAsync(cancellation);
    }

    // One run begins or ends at a time, or each would leave the triggers to the other; and none waits for a lock longer than its budget.
    static async Task AloneAsync(RunTransaction transaction, CancellationToken cancellation)
    {
        await transaction.LockBudgetAsync(cancellation);
        await transaction.Connection.Text("LOCK TABLE dxy.watched IN SHARE ROW EXCLUSIVE MODE").RunAsync(cancellation);
    }
}
