using System.Text.Json.Serialization;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Access;

sealed record LoginRequest(string? Name, string? Password);

sealed record SessionDocument(
    string? Role,
    [property: JsonPropertyName("may_order")] bool MayOrder,
    [property: JsonPropertyName("may_approve")] bool MayApprove,
    string? Token
);

/// <summary>
/// <c>login</c>, <c>logout</c>, <c>session</c>: a role's name and password are told once, a cookie stands for them from then on.
/// </summary>
static class SessionEndpoints
{
    const int MaxText = 200;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("session", Session)
            .WithName("session")
            .WithSummary("Who is logged in, and the token that orders have to bear.")
            .Produces<SessionDocument>();
        api.MapPost("login", LoginAsync)
            .WithName("login")
            .WithSummary("Logs a database role in; from this machine, or over TLS.")
            .Accepts<LoginRequest>(Body.Json, Body.Any)
            .AddEndpointFilter(SameSite.CheckAsync)
            .Produces<SessionDocument>()
            .Refuses(400, 401, 403, 429, 503);
        api.MapPost("logout", Logout)
            .WithName("logout")
            .WithSummary("Logs out.")
            .AddEndpointFilter(SameSite.CheckAsync)
            .Produces<SessionDocument>()
            .Refuses(403);
    }

    static IResult Session(HttpContext http, Sessions sessions) => Document(http, sessions.Of(http));

    static async Task<IResult> LoginAsync(HttpContext http, Sessions sessions, LoginCheck check)
    {
        if (!http.Request.IsHttps && !Caller.IsLocal(http))
        {
            throw ProblemKind.TlsNeeded.Of(
                "a password is not taken over a line that others can read",
                "log in over TLS, or on the silo's own machine"
            );
        }

        var request = await Body.ReadAsync<LoginRequest>(http);
        if (request is not { Name.Length: > 0 and < MaxText, Password.Length: > 0 and < MaxText })
        {
            throw ProblemKind.Usage.Of("name or password is missing", "give both, as for psql");
        }

        var login = await check.LoginAsync(request.Name, request.Password, http.RequestAborted);
        sessions.End(http);
        sessions.Begin(http, login);
        return Document(http, login);
    }

    static IResult Logout(HttpContext http, Sessions sessions)
    {
        sessions.End(http);
        return Document(http, null);
    }

    static IResult Document(HttpContext http, Login? login)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new SessionDocument(login?.Role, login?.MayOrder ?? false, login?.MayApprove ?? false, login?.Token),
            WebJson.Options
        );
    }
}
