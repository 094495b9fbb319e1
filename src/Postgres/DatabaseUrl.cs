using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>The two spellings of a connection: Npgsql's <c>Host=…;Database=…</c> and the <c>postgresql://</c> URL that psql
/// takes.</summary>
public static class DatabaseUrl
{
    /// <exception cref="ArgumentException">Neither spelling.</exception>
    public static string ToConnectionString(string connection)
    {
        try
        {
            return Read(connection);
        }
        catch (Exception unreadable)
            when (unreadable is KeyNotFoundException or FormatException or OverflowException or InvalidCastException)
        {
            // The driver has its own ways to say that a keyword or value is none.
            throw new ArgumentException("The connection can't be read.", nameof(connection), unreadable);
        }
    }

    static string Read(string connection)
    {
        if (
            !connection.StartsWith("postgresql://", StringComparison.Ordinal)
            && !connection.StartsWith("postgres://", StringComparison.Ordinal)
        )
        {
            return new NpgsqlConnectionStringBuilder(connection).ConnectionString;
        }

        if (!Uri.TryCreate(connection, UriKind.Absolute, out var url))
        {
            throw new ArgumentException(
                "The database URL can't be read; write postgresql://user:password@host:port/database.",
                nameof(connection)
            );
        }

        var builder = new NpgsqlConnectionStringBuilder();
        if (url.Host.Length > 0)
        {
            builder.Host = url.Host;
        }

        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }

        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        if (url.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var setting = pair.Split('=', 2);
            if (setting.Length == 2)
            {
                builder[Keyword(setting[0])] = Uri.UnescapeDataString(setting[1]);
            }
        }

        return builder.ConnectionString;
    }

    /// <summary>The URL of a connection, password included: what <c>psql</c> takes as printed.</summary>
    public static string ToUrl(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(ToConnectionString(connection));
        var password = builder.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "";
        return $"postgresql://{Uri.EscapeDataString(builder.Username ?? "")}{password}@{builder.Host}:{builder.Port}/{Uri.EscapeDataString(builder.Database ?? "")}";
    }

    // libpq's names for the settings that URLs carry, where Npgsql's differ.
    static string Keyword(string name) =>
        name switch
        {
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "application_name" => "Application Name",
            "connect_timeout" => "Timeout",
            "options" => "Options",
            "host" => "Host",
            "port" => "Port",
            "user" => "Username",
            "password" => "Password",
            "dbname" => "Database",
            _ => name,
        };
}
