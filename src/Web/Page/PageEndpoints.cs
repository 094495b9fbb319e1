using DxyOrleans.Web.Access;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Page;

/// <summary>The page at <c>/</c>: files that were built in, from nowhere else.</summary>
static class PageEndpoints
{
    const string LeftOut = """
        This silo was built without its page: node was missing, or DxyPage=false was said.
        The API answers all the same: /api/v1/bars/DXY/1m?limit=3, described at /openapi/v1.json.
        """;

    // Scripts are our own files alone. The chart library puts a rule of style of its own into the page.
    const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void Map(WebApplication app)
    {
        var page = app.MapGroup("").ExcludeFromDescription().AddEndpointFilter(Problems.AnswerAsync).AddEndpointFilter(AllowAsync);
        page.MapGet("/", (HttpContext http, PageFiles files) => AnswerAsync(http, files, "index.html"));
        page.MapGet("/assets/{name}", (string name, HttpContext http, PageFiles files) => AnswerAsync(http, files, $"assets/{name}"));
    }

    // The page is of use to whom the API answers, and to whom may log in.
    static ValueTask<object?> AllowAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.IsHttps ? next(context) : AccessFilters.ReadAsync(context, next);

    static async Task AnswerAsync(HttpContext http, PageFiles files, string path)
    {
        var response = http.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (files.Find(path) is not { } file)
        {
            if (path != "index.html")
            {
                throw ProblemKind.NotFound.Of("the page has no such file", "load it anew");
            }

            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(LeftOut, http.RequestAborted);
            return;
        }

        // Files bear their revision in their names; the page itself names them.
        response.Headers.CacheControl = path == "index.html" ? "no-cache" : "public, max-age=31536000, immutable";
        response.Headers.ETag = file.Tag;
        response.Headers.Vary = "Accept-Encoding";
        if (http.Request.Headers.IfNoneMatch == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var packs = http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (packs)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        var body = packs ? file.Packed : file.Plain;
        response.ContentType = file.Type;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }
}
