using System.Text.Json;

namespace DxyOrleans.Web.Api;

/// <summary>What a request brings, read once it is known who asks, so that what is wrong with it is told as everything is.</summary>
static class Body
{
    public const string Json = "application/json";

    /// <summary>Taken too, and refused here: routing would say that there is nothing.</summary>
    public const string Any = "*/*";

    /// <exception cref="ProblemException">It is no JSON, or too long.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, WebJson.Options, http.RequestAborted)
                ?? throw ProblemKind.Usage.Of("the body is null", "send a JSON object");
        }
        catch (JsonException)
        {
            throw ProblemKind.Usage.Of("the body is no JSON of the kind that is wanted here", "/openapi/v1.json describes it");
        }
    }
}
