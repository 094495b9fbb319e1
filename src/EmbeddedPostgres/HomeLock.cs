namespace DxyOrleans.EmbeddedPostgres;

/// <summary>One process at a time starts or stops the server of a home, or its silos. The system releases the lock of a process that
/// dies.</summary>
public sealed class HomeLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody else has it.</summary>
    /// <param name="home">The home; its folder <c>run</c> is there.</param>
    /// <param name="what">What is locked: a lock for each name.</param>
    /// <param name="time">The real clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EmbeddedServerException">Another process doesn't let go of it, or the home is another user's.</exception>
    public static async Task<HomeLock> TakeAsync(string home, string what, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = Path.Combine(home, "run", $"{what}.lock");
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new HomeLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (e is not DirectoryNotFoundException)
            {
                if (time.GetElapsedTime(since) > Patience)
                    throw new EmbeddedServerException(
                        $"Another process has been starting or stopping {what} of {home} for {Patience.TotalMinutes:0} minutes (it "
                            + $"holds {path}); see what it waits for, or end it.",
                        e
                    );
            }
            catch (UnauthorizedAccessException e)
            {
                throw new EmbeddedServerException(
                    $"{path} belongs to another user; run as that user, or set DXY_HOME to a folder of your own.",
                    e
                );
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    // The file stays: removing it would let a waiter lock a file that nobody else can find.
    public void Dispose() => _file.Dispose();
}
