using DxyOrleans.Storage.Schema;
using Npgsql;
using Polly;
using Polly.Retry;

namespace DxyOrleans.Silo.Hosting;

/// <summary>Waits for a database that is away, then brings its schema up to date: Orleans fails at once when it starts without one.</summary>
static partial class DatabaseStart
{
    public static async Task WaitAndApplyAsync(
        string connectionString, TimeSpan longest, bool apply, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        giveUp.CancelAfter(longest);
        var retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(IsAway),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                OnRetry = attempt =>
                {
                    LogAway(logger, attempt.Outcome.Exception!.Message);
                    return default;
                },
            })
            .Build();
        await retry.ExecuteAsync(async token =>
        {
            await using var database = NpgsqlDataSource.Create(connectionString);
            await using var connection = await database.OpenConnectionAsync(token);
        }, giveUp.Token);

        if (apply)
        {
            var done = await new SchemaInstaller(connectionString, time).ApplyAsync(cancellation);
            if (done.Count > 0)
            {
                LogApplied(logger, done.Count);
            }
        }

        await using var applied = NpgsqlDataSource.Create(connectionString);
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

    // A wrong password or a database that doesn't exist stays wrong; everything else may pass.
    static bool IsAway(NpgsqlException fault) => fault is not PostgresException
    {
        SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName,
    };

    [LoggerMessage(2001, LogLevel.Warning, "The database is not reachable, goes on trying: {Reason}")]
    static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(2002, LogLevel.Information, "The schema was brought up to date: {Scripts} scripts")]
    static partial void LogApplied(ILogger logger, int scripts);

    [LoggerMessage(2003, LogLevel.Warning, "The schema is version {Found}, newer than this build's {Own}: it works with it and leaves it as it is")]
    static partial void LogNewer(ILogger logger, int found, int own);
}
