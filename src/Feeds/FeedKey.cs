namespace DxyOrleans.Feeds;

/// <summary>A key, token or password: from the setting, or from a file. It is written nowhere, and taken out of what is said.</summary>
public static class FeedKey
{
    const int MaxFile = 4_096;

    /// <summary>The key; empty where neither says one.</summary>
    /// <param name="value">The setting.</param>
    /// <param name="file">The file that holds it; null: none.</param>
    /// <exception cref="FeedException">The file can't be read, or holds no key.</exception>
    public static string Read(string? value, string? file)
    {
        if (value is { Length: > 0 } || file is not { Length: > 0 })
        {
            return value?.Trim() ?? "";
        }

        try
        {
            using var reader = new StreamReader(file);
            var text = new char[MaxFile];
            var key = new string(text, 0, reader.ReadBlock(text)).Trim();
            return key is { Length: > 0 } && !key.Contains('\n', StringComparison.Ordinal)
                ? key
                : throw new FeedException(FeedLoss.Refused($"{file} holds no key: one line is expected"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FeedException(FeedLoss.Refused($"{file} can't be read: {fault.Message}"), fault);
        }
    }

    /// <summary>The text without the keys in it, on one line and not too long.</summary>
    public static string Clean(string text, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (key.Length > 0)
            {
                text = text.Replace(key, "***", StringComparison.Ordinal)
                    .Replace(Uri.EscapeDataString(key), "***", StringComparison.Ordinal);
            }
        }

        const int most = 200;
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= most ? text : text[..most] + " …";
    }
}
