using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Does what has to be done while the database is being disturbed.</summary>
public static class Persistently
{
    static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Does it again until the database lets it.</summary>
    public static async Task DoAsync(Func<Task> work)
    {
        string? refused = null;
        await Until.NothingIsMissingAsync(
            "the database lets us",
            async () =>
            {
                try
                {
                    await work();
                    return null;
                }
                catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
                {
                    refused = fault.Message;
                    await Task.Delay(TryAgain, TimeProvider.System, TestContext.Current.CancellationToken);
                    return refused;
                }
            },
            DisturbedCluster.Patience
        );
    }
}
