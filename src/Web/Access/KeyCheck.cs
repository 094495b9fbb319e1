using System.Collections.Concurrent;
using DxyOrleans.Membership;
using Npgsql;

namespace DxyOrleans.Web.Access;

/// <summary>
/// Whether a request bears an API key that lets its sender read. What the database said of a key holds for a few seconds, so that a
/// program that asks often costs it nothing, and a revoked key is out soon.
/// </summary>
sealed class KeyCheck(NpgsqlDataSource database, TimeProvider time, ReadGate gate)
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // Valid ones alone: whoever guesses fills no memory, and waits for the gate as every reader does.
    const int MaxKnown = 1_000;

    readonly ConcurrentDictionary<string, long> _known = [];
    readonly ApiKeys _keys = new(database);

    /// <summary>Whether it does; false where it bears none.</summary>
    public async ValueTask<bool> IsLetInAsync(HttpContext http)
    {
        if (KeyOf(http.Request) is not { } key)
        {
            return false;
        }

        if (_known.TryGetValue(key, out var at) && time.GetElapsedTime(at) < Fresh)
        {
            return true;
        }

        if (!await gate.ReadAsync(end => _keys.IsValidAsync(key, end), http.RequestAborted))
        {
            _known.TryRemove(key, out _);
            return false;
        }

        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        _known[key] = time.GetTimestamp();
        return true;
    }

    static string? KeyOf(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        var told =
            request.Headers["X-Api-Key"].ToString() is { Length: > 0 } own ? own
            : request.Headers.Authorization.ToString() is var text && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? text[Bearer.Length..].Trim()
            : "";
        return ApiKeys.LooksLikeOne(told) ? told : null;
    }
}
