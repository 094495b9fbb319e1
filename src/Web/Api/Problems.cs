using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary>From an exception to an answer by RFC 9457: one place for every address.</summary>
static partial class Problems
{
    /// <summary>Seconds after which it is worth trying again.</summary>
    const string RetryAfter = "1";

    /// <summary>How our functions say that an order is refused; the message says why, the hint what to do.</summary>
    const string Refused = "DX004";

    /// <summary>Answers each exception of the endpoint as a problem.</summary>
    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault)
        {
            var problem = Of(fault);
            if (problem.Kind == ProblemKind.Unexpected)
            {
                var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("DxyOrleans.Web");
                LogUnexpected(logger, fault, context.HttpContext.Request.Path);
            }

            if (context.HttpContext.Response.HasStarted)
            {
                // The answer has begun: that it isn't whole can only be shown by breaking it off.
                context.HttpContext.Abort();
                return null;
            }

            return Result(context.HttpContext, problem);
        }
    }

    public static IResult Result(HttpContext http, ProblemException problem)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (problem.Kind == ProblemKind.LoginNeeded)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"dxy\"";
        }
        else if (problem.Kind.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfter;
        }

        return Results.Problem(
            detail: problem.Message,
            instance: http.Request.Path,
            statusCode: problem.Kind.Status,
            title: problem.Kind.Title,
            type: problem.Kind.Type,
            extensions: new Dictionary<string, object?>
            {
                ["code"] = problem.Kind.Code,
                ["exit_code"] = problem.Kind.ExitCode,
                ["where"] = problem.Where,
                ["todo"] = problem.Todo,
                ["trace_id"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
            }
        );
    }

    public static ProblemException Of(Exception fault) =>
        fault switch
        {
            ProblemException own => own,
            PostgresException { SqlState: Refused } refused => ProblemKind.RunState.Of(refused.MessageText, refused.Hint),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied => ProblemKind.Forbidden.Of(
                denied.MessageText,
                denied.Hint ?? "log in as a role with this right, or have an administrator grant it"
            ),
            PostgresException
            {
                SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction
            } missing => ProblemKind.SchemaMissing.Of(missing.MessageText, "run './dxy db apply'"),
            NpgsqlException { IsTransient: true } away => ProblemKind.DatabaseAway.Of(
                away.GetBaseException().Message,
                "try again when the server takes connections"
            ),
            TimeoutException => ProblemKind.DatabaseAway.Of("the database did not answer in time", "try again"),
            BadHttpRequestException bad => ProblemKind.Usage.Of(bad.Message),
            _ => ProblemKind.Unexpected.Of(fault.GetType().Name, "the silo's log has all of it, by the trace_id's time"),
        };

    [LoggerMessage(2201, LogLevel.Error, "{Path} could not be answered")]
    static partial void LogUnexpected(ILogger logger, Exception fault, string path);
}
