using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace DxyOrleans.Web.Api;

/// <summary>Answers that bear the revision of what they say: who has it already gets it confirmed, not sent.</summary>
static class Revised
{
    /// <summary>
    /// Writes a whole answer with its ETag, or 304 where the reader has it. It is made of the answer's own bytes, so that nothing can
    /// change without it.
    /// </summary>
    public static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body, string contentType)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body.Span).AsSpan(0, 16))}\"";
        http.Response.Headers.ETag = tag;
        if (Has(http.Request.Headers.IfNoneMatch, tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
        }
    }

    // A proxy that compresses may have made it a weak one.
    static bool Has(StringValues told, string tag) =>
        told.ToString().Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one == tag || one == "W/" + tag);
}
