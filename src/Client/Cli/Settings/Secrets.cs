using System.Text.RegularExpressions;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Cli.Settings;

/// <summary>Connections without their passwords; anything else that is secret, and what can't be read, without all of it.</summary>
internal static partial class Secrets
{
    const string Masked = "***";

    public static string Mask(string value)
    {
        if (value.Contains("://", StringComparison.Ordinal))
        {
            // Whoever forgot to encode an @ in the password loses the host rather than showing half of it.
            var masked = Password().Replace(User().Replace(value, "$1" + Masked + "@"), "$1" + Masked);
            return UrlWithoutSecret().IsMatch(masked) ? masked : Masked;
        }

        try
        {
            var builder = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(value));
            foreach (
                var keyword in builder.Keys!.ToList().Where(keyword => keyword.Contains("password", StringComparison.OrdinalIgnoreCase))
            )
            {
                builder[keyword] = Masked;
            }

            return value.Contains('=', StringComparison.Ordinal) ? builder.ConnectionString : Masked;
        }
        catch (ArgumentException)
        {
            return Masked;
        }
    }

    [GeneratedRegex(@"(://[^:/@?]*:).*@", RegexOptions.Singleline)]
    private static partial Regex User();

    [GeneratedRegex(@"([?&;][^=&;]*(?:password|pwd|psw)\s*=)[^&]*", RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    // A user without password, or a masked one; then a host. Anything else may be a password in a place where none belongs.
    [GeneratedRegex(@"\A\w+://(?:[^:/@?]*(?::\*\*\*)?@)?[^:/@?]*(?::[0-9]{1,5})?(?:[/?][^@]*)?\z")]
    private static partial Regex UrlWithoutSecret();
}
