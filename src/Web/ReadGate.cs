namespace DxyOrleans.Web;

/// <summary>
/// Lets few statements of readers run at once. A reader has its turn for one bounded statement, not for as long as it takes to send
/// what came of it: however slow it is, it holds no connection meanwhile.
/// </summary>
sealed class ReadGate(WebOptions options) : IDisposable
{
    readonly SemaphoreSlim _turns = new(options.Reads);

    /// <summary>Runs one bounded piece of reading when its turn has come.</summary>
    public async Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            return await read(cancellation);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}
