using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>Gives a run its orders: each is one call of a function of the database, which refuses what the run's state doesn't allow
/// (SQLSTATE DX004).</summary>
public sealed class RunOrders(NpgsqlDataSource database)
{
    /// <summary>How the functions say that an order is refused; the message says why, the hint what to do.</summary>
    public const string Refused = "DX004";

    /// <param name="run">Its name.</param>
    /// <param name="symbol">Whose 1m bars move.</param>
    /// <param name="settings">See <see cref="Rules.RunSettings"/>, as JSON.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public async Task StartAsync(string run, string symbol, string settings, CancellationToken cancellation)
    {
        var target = await RunTarget.ReadAsync(database, cancellation);
        await CallAsync("SELECT dxy.migrate_start($1, $2, $3::jsonb, $4::jsonb)", cancellation, run, symbol, settings, target);
    }

    public Task PauseAsync(string run, string? reason, CancellationToken cancellation) =>
        CallAsync("SELECT dxy.migrate_pause($1, $2)", cancellation, run, reason);

    public Task ResumeAsync(string run, CancellationToken cancellation) => CallAsync("SELECT dxy.migrate_resume($1)", cancellation, run);

    public Task RetryAsync(string run, CancellationToken cancellation) => CallAsync("SELECT dxy.migrate_retry($1)", cancellation, run);

    public Task RollbackAsync(string run, string? reason, CancellationToken cancellation) =>
        CallAsync("SELECT dxy.migrate_rollback($1, $2)", cancellation, run, reason);

    public Task PurgeAsync(string run, CancellationToken cancellation) => CallAsync("SELECT dxy.migrate_purge($1)", cancellation, run);

    public Task SetAsync(string run, string settings, CancellationToken cancellation) =>
        CallAsync("SELECT dxy.migrate_set($1, $2::jsonb)", cancellation, run, settings);

    public Task AcceptAsync(string run, string gate, string? note, CancellationToken cancellation) =>
        CallAsync("SELECT dxy.migrate_ack($1, $2, $3)", cancellation, run, gate, note);

    /// <summary>Settles a conflict, or a class of them; how many conflicts it is about.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="resolution"><c>keep_target</c> or <c>take_source</c>.</param>
    /// <param name="class">A class; null: whatever conflict the bar is.</param>
    /// <param name="bar">A bar's open; null: every bar of the class.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public async Task<long> DecideAsync(
        string run,
        string resolution,
        string? @class,
        Core.Time.UtcTime? bar,
        CancellationToken cancellation
    ) =>
        (long)
            (
                await CallAsync(
                    "SELECT dxy.migrate_decide($1, $2, $3, $4::timestamptz)",
                    cancellation,
                    run,
                    resolution,
                    @class,
                    bar?.ToString()
                )
            )!;

    /// <summary>Ends a run that was made for another database; the route its symbol has now.</summary>
    public async Task<string> AbandonAsync(string run, string? reason, CancellationToken cancellation) =>
        (string)(await CallAsync("SELECT dxy.migrate_abandon($1, $2)", cancellation, run, reason))!;

    /// <summary>Approves; the number of the verification that the approval rests on.</summary>
    public async Task<long> ApproveAsync(string run, string kind, CancellationToken cancellation) =>
        (long)(await CallAsync("SELECT dxy.migrate_approve($1, $2)", cancellation, run, kind))!;

    public Task RevokeAsync(string run, string kind, CancellationToken cancellation) =>
        CallAsync("SELECT dxy.migrate_revoke($1, $2)", cancellation, run, kind);

    async Task<object?> CallAsync(string sql, CancellationToken cancellation, params string?[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.With(value);
        }

        return await command.ExecuteScalarAsync(cancellation);
    }
}
