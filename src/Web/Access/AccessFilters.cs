using System.Security.Cryptography;
using System.Text;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Access;

/// <summary>Who may: reading on loopback is open, elsewhere it needs a login; acting always does.</summary>
static class AccessFilters
{
    /// <summary>The header in which an order bears its session's token.</summary>
    public const string Token = "X-Dxy-Token";

    /// <summary>Whether who asks may read: from this machine, logged in, or with an API key.</summary>
    public static async ValueTask<bool> MayReadAsync(HttpContext http) =>
        Caller.IsLocal(http) || LoginOf(http) is not null || await http.RequestServices.GetRequiredService<KeyCheck>().IsLetInAsync(http);

    public static async ValueTask<object?> ReadAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await MayReadAsync(context.HttpContext)
            ? await next(context)
            : throw ProblemKind.LoginNeeded.Of(
                "reading from elsewhere than this machine needs a login or an API key",
                "log in over TLS, send a key that './dxy keys add' made as Authorization: Bearer KEY, ask on the silo's own machine, "
                    + "or through an SSH tunnel to its loopback address"
            );

    public static ValueTask<object?> ActAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (LoginOf(http) is not { } login)
        {
            throw ProblemKind.LoginNeeded.Of("orders need a login", "log in as the database role that may, or use './dxy migrate'");
        }

        var told = Encoding.UTF8.GetBytes(http.Request.Headers[Token].ToString());
        return CryptographicOperations.FixedTimeEquals(told, Encoding.UTF8.GetBytes(login.Token))
            ? SameSite.CheckAsync(context, next)
            : throw ProblemKind.CrossSite.Of($"the order doesn't bear its session's token", $"send it in the header {Token}");
    }

    /// <summary>Who asks; null where nobody is logged in.</summary>
    public static Login? LoginOf(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().Of(http);
}
