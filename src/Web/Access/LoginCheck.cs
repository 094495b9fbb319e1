using System.Security.Cryptography;
using System.Threading.RateLimiting;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Web.Api;
using Npgsql;

namespace DxyOrleans.Web.Access;

/// <summary>Asks the database whether a role's name and password are right, few times a minute.</summary>
sealed class LoginCheck(NpgsqlDataSource database) : IDisposable
{
    /// <summary>Seconds that the database has for its answer.</summary>
    const int Answering = 5;

    // By role, so that guessing one's password is slow from wherever, and for all together, so that guessing names is too.
    readonly PartitionedRateLimiter<string> _attempts = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(role => RateLimitPartition.GetTokenBucketLimiter(role, _ => Bucket(5, 12))),
        PartitionedRateLimiter.Create<string, string>(_ => RateLimitPartition.GetTokenBucketLimiter("", _ => Bucket(30, 2)))
    );

    /// <exception cref="ProblemException">They are wrong, the role may not read, or too many tried.</exception>
    public async Task<Login> LoginAsync(string role, string password, CancellationToken cancellation)
    {
        using var turn = _attempts.AttemptAcquire(role);
        if (!turn.IsAcquired)
        {
            throw ProblemKind.TooBusy.Of("too many have tried to log in", "wait a minute");
        }

        var connection = Connection(role, password);
        await using var asRole = await OpenAsync(connection, cancellation)
            ?? throw ProblemKind.LoginRefused.Of("the database knows no such role with this password", "write both as for psql");
        if (await IsAnyPasswordTakenAsync(role, cancellation))
        {
            throw ProblemKind.LoginRefused.Of(
                "the database lets this role in whatever its password is, so nobody proves anything by it",
                "have pg_hba.conf ask for scram-sha-256 where the silo comes from"
            );
        }

        await using var command = asRole.Statement("login_rights");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetBoolean(1)
            ? new Login(reader.GetString(0), connection, reader.GetBoolean(2), reader.GetBoolean(3))
            : throw ProblemKind.Forbidden.Of("this role may not read the bars", "GRANT dxy_reader to it");
    }

    public void Dispose() => _attempts.Dispose();

    string Connection(string role, string password) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Username = role,
            Password = password,
            Pooling = false,
            Timeout = Answering,
            CommandTimeout = Answering,
            Passfile = null,
            ApplicationName = "dxy-page",
        }.ConnectionString;

    // A server that trusts whoever reaches it would log in everybody as anybody.
    async Task<bool> IsAnyPasswordTakenAsync(string role, CancellationToken cancellation)
    {
        var wrong = Convert.ToHexString(RandomNumberGenerator.GetBytes(24));
        await using var taken = await OpenAsync(Connection(role, wrong), cancellation);
        return taken is not null;
    }

    static async Task<NpgsqlConnection?> OpenAsync(string connection, CancellationToken cancellation)
    {
        var opened = new NpgsqlConnection(connection);
        try
        {
            await opened.OpenAsync(cancellation);
            return opened;
        }
        catch (PostgresException refused)
            when (refused.SqlState.StartsWith("28", StringComparison.Ordinal)
                || refused.SqlState == PostgresErrorCodes.InsufficientPrivilege
            )
        {
            await opened.DisposeAsync();
            return null;
        }
    }

    static TokenBucketRateLimiterOptions Bucket(int tokens, int secondsEach) =>
        new()
        {
            TokenLimit = tokens,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(secondsEach),
            QueueLimit = 0,
        };
}
