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
) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether the host stops because it was asked to start again.</summary>
    public bool IsAsked { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var own = $"{silo.SiloAddress.Endpoint}@{silo.SiloAddress.Generation}";
        var cleared = false;
        using var timer = new PeriodicTimer(Every, realTime);
        try
        {
            do
            {
                try
                {
                    cleared = cleared || await ClearAsync(own, stoppingToken);
                    if (await IsNamedAsync(own, stoppingToken))
                    {
                        IsAsked = true;
                        LogAsked(own);
                        host.StopApplication();
                        return;
                    }
                }
                catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
                {
                    // The database is away, or a DBA has yet to bring its schema up to date. The log limits what repeats.
                    LogPollFailed(fault.Message);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

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
    partial void LogPollFailed(string reason);
}
