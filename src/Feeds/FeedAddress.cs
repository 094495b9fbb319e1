namespace DxyOrleans.Feeds;

/// <summary>Where a vendor is reached: by TLS, or on this machine.</summary>
public static class FeedAddress
{
    /// <summary>What is wrong with a setting; null: nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its value.</param>
    /// <param name="secure">The scheme that it has to have: <c>https</c> or <c>wss</c>.</param>
    public static string? Fault(string name, string text, string secure)
    {
        var plain = secure[..^1];
        return !Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != secure && uri.Scheme != plain)
                ? $"{name} is '{text}'; write it like {secure}://host/path."
            : uri.Scheme == plain && !uri.IsLoopback ? $"{name} is '{text}', where a key would go unprotected; use {secure}."
            : uri.UserInfo.Length > 0 || uri.Query.Length > 0
                ? $"{name} may hold neither a name nor a query; keys have settings of their own."
            : null;
    }
}
