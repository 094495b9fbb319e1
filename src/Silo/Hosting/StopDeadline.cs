using DxyOrleans.Postgres;
using DxyOrleans.Silo.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// Ends the process of a silo that was asked to stop and can't: while its database is away Orleans tries on to write its good-bye, and a
/// supervisor would have to kill it. The others find such a silo dead by its connections. A silo that is to start again in this process
/// waits instead: nobody else would start it. That the database is away the silo asks itself: behind a pooler the place that it connects to
/// goes on listening.
/// </summary>
sealed partial class StopDeadline(
    IHostApplicationLifetime host,
    RestartWatch watch,
    IOptions<SiloSettings> settings,
    IOptions<HostOptions> options,
    TimeProvider realTime,
    ILogger<StopDeadline> logger
) : IHostedService, IDisposable
{
    /// <summary>What Orleans has for an ungraceful end, after the graceful one has run out of time.</summary>
    static readonly TimeSpan Ungraceful = TimeSpan.FromSeconds(5);

    /// <summary>How long the database may take to answer, each of the two times that it is asked.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    static readonly TimeSpan Between = TimeSpan.FromSeconds(0.5);

    readonly CancellationTokenSource _stopped = new();
    CancellationTokenRegistration _stopping;
    ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = host.ApplicationStopping.Register(() =>
        {
            _timer = realTime.CreateTimer(_ => End(late: true), null, options.Value.ShutdownTimeout + Ungraceful, Timeout.InfiniteTimeSpan);
            _ = Task.Run(() => EndWithoutDatabaseAsync(_stopped.Token), CancellationToken.None);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host is disposed once it has stopped.
    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
        _stopped.Cancel();
        _stopped.Dispose();
    }

    async Task EndWithoutDatabaseAsync(CancellationToken cancellation)
    {
        try
        {
            if (!await AnswersAsync(cancellation))
            {
                await Task.Delay(Between, realTime, cancellation);
                if (!await AnswersAsync(cancellation))
                {
                    End(late: false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The host has stopped.
        }
    }

    // Past the pools, whose connections may all be waiting for the same database.
    async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        var own = new NpgsqlConnectionStringBuilder(Database.ConnectionString(settings.Value.DatabaseSettings))
        {
            Pooling = false,
            CancellationTimeout = -1,
        };
        try
        {
            await AskAsync(own.ConnectionString, cancellation).WaitAsync(Patience, realTime, cancellation);
            return true;
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            // Where there is no room for one more, or the password is another by now, connections that are open may still do. Else no login
            // means no good-bye: the database is dropped or shut, or a pooler finds no server behind it.
            return away
                is PostgresException
                {
                    SqlState: PostgresErrorCodes.TooManyConnections
                        or PostgresErrorCodes.InvalidPassword
                        or PostgresErrorCodes.InvalidAuthorizationSpecification
                };
        }
    }

    static async Task AskAsync(string connection, CancellationToken cancellation)
    {
        await using var database = new NpgsqlConnection(connection);
        await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT 1", database);
        await command.ExecuteScalarAsync(cancellation);
    }

    void End(bool late)
    {
        if (watch.IsAsked && settings.Value.Restart == SiloSettings.RestartInProcess)
        {
            return;
        }

        if (late)
        {
            LogLate(options.Value.ShutdownTimeout + Ungraceful);
        }
        else
        {
            LogEnds();
        }

        Environment.Exit(SiloExit.NoDatabase);
    }

    [LoggerMessage(2024, LogLevel.Error, "The silo was asked to stop and has not stopped within {Deadline}: its process ends now")]
    partial void LogLate(TimeSpan deadline);

    [LoggerMessage(2025, LogLevel.Warning, "The silo was asked to stop and its database is away: its process ends without a good-bye")]
    partial void LogEnds();
}
