using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using Npgsql;
using Polly;
using Polly.Retry;

namespace DxyOrleans.Silo.Hosting;

/// <summary>Waits for a database that is away, then brings its schema up to date: Orleans fails at once when it starts without
/// one.</summary>
static partial class DatabaseStart
{
    public static async Task WaitAndApplyAsync(
        DatabaseSettings settings,
        TimeSpan longest,
        bool apply,
        string? hostZone,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var connectionString = Database.ConnectionString(settings);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        giveUp.CancelAfter(longest);
        var reason = "nothing came back";
        var retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(IsAway),
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = TimeSpan.FromMilliseconds(200),
                    MaxDelay = TimeSpan.FromSeconds(5),
                    UseJitter = true,
                    OnRetry = attempt =>
                    {
                        reason = attempt.Outcome.Exception!.GetBaseException().Message;
                        LogAway(logger, reason);
                        return default;
                    },
                }
            )
            .Build();
        try
        {
            await retry.ExecuteAsync(
                async token =>
                {
                    await PoolerFitness.RequireAsync(settings, token);
                },
                giveUp.Token
            );
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"it was not reachable for {longest.TotalSeconds:0} s: {reason}");
        }

        if (apply)
        {
            var done = await new SchemaInstaller(connectionString, time) { HostZone = hostZone }.ApplyAsync(cancellation);
            if (done.Count > 0)
            {
                LogApplied(logger, done.Count);
            }
        }

        await using var applied = Database.OpenAs(connectionString);
        var stands = await SchemaVersion.ReadAsync(applied, cancellation);
        if (SchemaVersion.Own.FaultWith(stands) is { } fault)
        {
            throw new SchemaException(fault);
        }

        if (stands != SchemaVersion.Own)
        {
            LogNewer(logger, stands!.Number, SchemaVersion.Own.Number);
        }
    }

    // What a pooler of pgbouncer's kind answers while it waits for its server; it has one code for this and for a wrong password.
    static readonly string[] Passing =
    [
        "server_login_retry",
        "cannot connect to server",
        "shutting down",
        "no more connections",
        "_timeout",
    ];

    // A wrong password, an unknown database, a certificate that isn't trusted stay wrong; a server that is away, starting or full may pass.
    static bool IsAway(NpgsqlException fault) =>
        fault.IsTransient
        || (
            fault is PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } told
            && Passing.Any(words => told.MessageText.Contains(words, StringComparison.Ordinal))
        );

    [LoggerMessage(2001, LogLevel.Warning, "The database is not reachable, goes on trying: {Reason}")]
    static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(2002, LogLevel.Information, "The schema was brought up to date: {Scripts} scripts")]
    static partial void LogApplied(ILogger logger, int scripts);

    [LoggerMessage(
        2003,
        LogLevel.Warning,
        "The schema is version {Found}, newer than this build's {Own}: it works with it and leaves it as it is"
    )]
    static partial void LogNewer(ILogger logger, int found, int own);
}
