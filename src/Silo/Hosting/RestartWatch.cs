using DxyOrleans.Grains.Background;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// Looks whether this silo is asked to restart (a row of <c>dxy.restart</c> names it by address and generation) and then stops the host
/// gracefully, for the program to start a new generation. What asked an earlier generation at this address is fulfilled when this one is
/// up, and removed.
/// </summary>
sealed partial class RestartWatch(
    NpgsqlDataSource database,
    ILocalSiloDetails silo,
    IHostApplicationLifetime host,
    TimeProvider realTime,
    ILogger<RestartWatch> logger
) : PollingService(Every, realTime)
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    readonly string _own = $"{silo.SiloAddress.Endpoint}@{silo.SiloAddress.Generation}";
    bool _cleared;

    /// <summary>Whether the host stops because it was asked to start again.</summary>
    public bool IsAsked { get; private set; }

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation)
    {
        _cleared = _cleared || await ClearAsync(_own, cancellation);
        if (!await IsNamedAsync(_own, cancellation))
        {
            return PollOutcome.Idle;
        }

        IsAsked = true;
        LogAsked(_own);
        host.StopApplication();
        return PollOutcome.Finished;
    }

    // The database is away, or a DBA has yet to bring its schema up to date.
    protected override bool IsPassing(Exception fault) => fault is NpgsqlException or TimeoutException;

    async Task<bool> ClearAsync(string own, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM dxy.restart WHERE split_part(silo, '@', 1) = split_part($1, '@', 1) AND silo <> $1"
        );
        command.Parameters.With(own);
        if (await command.ExecuteNonQueryAsync(cancellation) > 0)
        {
            LogRestarted(own);
        }

        return true;
    }

    async Task<bool> IsNamedAsync(string own, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM dxy.restart WHERE silo = $1)");
        command.Parameters.With(own);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    [LoggerMessage(2021, LogLevel.Information, "{Silo} is asked to restart and stops")]
    partial void LogAsked(string silo);

    [LoggerMessage(2022, LogLevel.Information, "{Silo} is up again after the restart that was asked for")]
    partial void LogRestarted(string silo);

    [LoggerMessage(2023, LogLevel.Warning, "Can't look whether a restart is asked for, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
