using System.Net.Sockets;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using Npgsql;

namespace DxyOrleans.Client.Cli;

/// <summary>From an exception to what the caller is told: one place for every verb.</summary>
internal static class ErrorMapper
{
    public static Fault Exception(Exception exception, string? database) =>
        exception switch
        {
            FaultException own => own.Fault,
            _ when ConsoleModules.All.Select(module => module.Explain(exception, database)).OfType<Fault>().FirstOrDefault() is { } known =>
                known,
            ServerProgramsMissingException missing => new Fault(
                ExitCode.NotReachable,
                "no-server-programs",
                missing.Message,
                null,
                missing.InstallCommand
            ),
            EmbeddedServerException server => new Fault(ExitCode.NotReachable, "embedded-server", server.Message),
            PoolerException pooler => new Fault(ExitCode.NotReachable, "pooler", pooler.Message, database),
            SchemaException schema => Fault.Gate("schema", schema.Message, database),
            PostgresException postgres => Postgres(postgres, database),
            NpgsqlException away => new Fault(
                ExitCode.NotReachable,
                "database-away",
                $"the database can't be reached: {Reason(away)}",
                database,
                "start it, or correct DXY_DATABASE; './dxy config' shows where the value came from"
            ),
            TimeoutException => new Fault(
                ExitCode.NotReachable,
                "database-slow",
                "the database did not answer in time",
                database,
                "try again, or look at what keeps it busy"
            ),
            FileNotFoundException file => new Fault(ExitCode.Usage, "no-such-file", file.Message, file.FileName),
            DirectoryNotFoundException folder => new Fault(ExitCode.Usage, "no-such-file", folder.Message),
            UnauthorizedAccessException denied => new Fault(
                ExitCode.Refused,
                "file-rights",
                denied.Message,
                null,
                "give this user the right, or name another place"
            ),
            IOException io => new Fault(ExitCode.Refused, "file", io.Message),
            _ => new Fault(
                ExitCode.Unexpected,
                "unexpected",
                $"{exception.GetType().Name}: {FirstLine(exception.Message)}",
                null,
                "this is a bug; run it again with --verbose and report what it shows"
            ),
        };

    static Fault Postgres(PostgresException fault, string? database) =>
        fault.SqlState switch
        {
            PostgresErrorCodes.UndefinedTable
            or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.UndefinedFunction
                when fault.MessageText.Contains("dxy", StringComparison.Ordinal)
                    || fault.MessageText.Contains("core_asset_registry_all", StringComparison.Ordinal) => Fault.Gate(
                "schema-missing",
                "the database doesn't hold our schema, or an older one",
                database,
                "run './dxy db apply'"
            ),
            PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement => new Fault(
                ExitCode.NotReachable,
                "pooler",
                $"a pooler that doesn't carry prepared statements stands before the database ({fault.MessageText})",
                database,
                PoolerFitness.PreparedTodo
            ),
            PostgresErrorCodes.ProtocolViolation when fault.MessageText.Contains("startup parameter", StringComparison.Ordinal) =>
                new Fault(
                    ExitCode.NotReachable,
                    "pooler",
                    fault.MessageText,
                    database,
                    "take it out of PGOPTIONS or the connection's Options, or name it in the pooler's ignore_startup_parameters"
                ),
            PostgresErrorCodes.InsufficientPrivilege => Fault.Gate(
                "rights",
                fault.MessageText,
                database,
                fault.Hint ?? "log in as a role with this right, or have an administrator grant it"
            ),
            PostgresErrorCodes.LockNotAvailable => Fault.Gate(
                "lock",
                fault.MessageText,
                database,
                "another transaction holds the lock; try again when it has ended"
            ),
            PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InvalidCatalogName => new Fault(
                ExitCode.NotReachable,
                "database-login",
                fault.MessageText,
                database,
                "correct DXY_DATABASE; './dxy config' shows where the value came from"
            ),
            _ when fault.SqlState.StartsWith("57P", StringComparison.Ordinal)
                    || fault.SqlState.StartsWith("53", StringComparison.Ordinal)
                    || fault.SqlState.StartsWith("08", StringComparison.Ordinal) => new Fault(
                ExitCode.NotReachable,
                "database-away",
                fault.MessageText,
                database,
                "try again when the server takes connections"
            ),
            _ => new Fault(
                ExitCode.Unexpected,
                "database-error",
                $"{fault.SqlState} {fault.MessageText}",
                fault.TableName is { } table ? $"table {table}" : database,
                "run it again with --verbose for the whole story"
            ),
        };

    static string Reason(NpgsqlException fault)
    {
        Exception innermost = fault;
        while (innermost.InnerException is { } inner)
        {
            innermost = inner;
        }

        return innermost is SocketException socket
            ? FirstLine(socket.Message)
            : FirstLine(fault == innermost ? fault.Message : innermost.Message);
    }

    static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('.', '\r');
}
