using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Access;

/// <summary>Keeps pages of other sites from acting by a reader's browser.</summary>
static class SameSite
{
    public static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        IsOwn(context.HttpContext.Request)
            ? next(context)
            : throw ProblemKind.CrossSite.Of("the request comes from a page of another site, or of an unknown one");

    // A browser says where a request comes from; a form can't send JSON, and a script of another site isn't let without our leave.
    static bool IsOwn(HttpRequest request) =>
        request.HasJsonContentType()
        && (request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin")
        && (request.Headers.Origin.ToString() is var origin && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}"));
}
