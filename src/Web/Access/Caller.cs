using System.Net;

namespace DxyOrleans.Web.Access;

/// <summary>Where a request comes from.</summary>
static class Caller
{
    // What proxies put on a request that they hand on: it comes from somebody else than from whom the connection does.
    static readonly string[] HandedOn = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    /// <summary>
    /// Whether a program of this machine asks, by a name of this machine: not through a proxy, which would lend its loopback address to
    /// everybody, and not a foreign page whose name was made to lead here.
    /// </summary>
    public static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !HandedOn.Any(http.Request.Headers.ContainsKey)
        && IsLoopbackName(http.Request.Host.Host);

    static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
