using System.Text.RegularExpressions;

namespace DxyOrleans.Client.Settings;

/// <summary>Connections without their passwords; anything else that is secret without all of it.</summary>
internal static partial class Secrets
{
    public static string Mask(string value)
    {
        var masked = Url().Replace(value, "$1***@");
        masked = Keyword().Replace(masked, "$1***");
        return masked != value || value.Contains('=', StringComparison.Ordinal) || value.Contains("://", StringComparison.Ordinal) ? masked : "***";
    }

    [GeneratedRegex(@"(://[^:/@]*:)[^@]*@")]
    private static partial Regex Url();

    [GeneratedRegex(@"((?:password|pwd)\s*=\s*)('[^']*'|""[^""]*""|[^;&]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Keyword();
}
