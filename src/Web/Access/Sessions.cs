using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DxyOrleans.Web.Api;
using Microsoft.AspNetCore.WebUtilities;

namespace DxyOrleans.Web.Access;

/// <summary>
/// Who is logged in at this silo: known by a cookie that scripts can't read and other sites can't make a browser send. Kept in memory
/// alone.
/// </summary>
sealed class Sessions(TimeProvider time)
{
    public const string Cookie = "dxy_session";

    /// <summary>Sessions at once.</summary>
    public const int Max = 1_000;

    static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    // By the hash of what the cookie says: who reads the memory of names has no cookie of it.
    readonly ConcurrentDictionary<string, Session> _sessions = new();

    public void Begin(HttpContext http, Login login)
    {
        foreach (var (old, session) in _sessions)
        {
            if (IsOver(session))
            {
                _sessions.TryRemove(old, out _);
            }
        }

        if (_sessions.Count >= Max)
        {
            throw ProblemKind.TooBusy.Of("as many are logged in as may be", "log out where nobody sits any more");
        }

        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var now = time.GetTimestamp();
        _sessions[Key(secret)] = new Session(login, now) { Used = now };
        http.Response.Cookies.Append(Cookie, secret, Options(http));
    }

    /// <summary>Who asks; null where nobody is logged in.</summary>
    public Login? Of(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 and < 100 } secret || !_sessions.TryGetValue(Key(secret), out var session))
        {
            return null;
        }

        if (IsOver(session))
        {
            _sessions.TryRemove(Key(secret), out _);
            return null;
        }

        session.Used = time.GetTimestamp();
        return session.Login;
    }

    public void End(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is { Length: > 0 and < 100 } secret)
        {
            _sessions.TryRemove(Key(secret), out _);
        }

        http.Response.Cookies.Delete(Cookie, Options(http));
    }

    bool IsOver(Session session) => time.GetElapsedTime(session.Used) > Idle || time.GetElapsedTime(session.Began) > Longest;

    static string Key(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    static CookieOptions Options(HttpContext http) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            Path = "/",
            IsEssential = true,
        };

    sealed record Session(Login Login, long Began)
    {
        public long Used { get; set; }
    }
}
