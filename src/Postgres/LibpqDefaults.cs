using System.Globalization;
using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>
/// What psql and its kin read beside a connection string: <c>PGHOST</c>, <c>PGPORT</c>, <c>PGDATABASE</c>, <c>PGUSER</c>,
/// <c>PGPASSWORD</c>, <c>PGSSLMODE</c> and the service file (<c>PGSERVICE</c>, <c>PGSERVICEFILE</c>, <c>~/.pg_service.conf</c>). Npgsql
/// itself reads <c>.pgpass</c>, <c>PGPASSFILE</c> and the certificates.
/// </summary>
public static class LibpqDefaults
{
    static readonly (string Variable, string Service, string Keyword)[] Known =
    [
        ("PGHOST", "host", "Host"),
        ("PGPORT", "port", "Port"),
        ("PGDATABASE", "dbname", "Database"),
        ("PGUSER", "user", "Username"),
        ("PGPASSWORD", "password", "Password"),
        ("PGSSLMODE", "sslmode", "SSL Mode"),
        ("PGAPPNAME", "application_name", "Application Name"),
    ];

    /// <summary>The connection that the environment alone names, or null: <c>PGHOST</c> or <c>PGSERVICE</c> has to be set.</summary>
    public static string? Connection(Func<string, string?> variable) =>
        variable("PGSERVICE") is { Length: > 0 } || variable("PGHOST") is { Length: > 0 } ? Complete("", variable) : null;

    /// <summary>A connection string or URL with what it leaves out taken from the service file, then from the environment.</summary>
    /// <exception cref="ArgumentException">The connection or the service can't be read or found.</exception>
    public static string Complete(string connection, Func<string, string?> variable)
    {
        var service = TakeService(ref connection) ?? variable("PGSERVICE");
        var builder = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(connection));
        var entries = service is { Length: > 0 } ? ReadService(service, variable) : [];
        // The builder's ContainsKey tells which keywords there are, its Keys which are set.
        var given = builder.Keys!.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, entry, keyword) in Known)
        {
            var value = entries.GetValueOrDefault(entry) ?? variable(name);
            if (value is { Length: > 0 } && !given.Contains(keyword))
            {
                builder[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
        }

        return builder.ConnectionString;
    }

    // "service=name" may stand in a URL's query or between semicolons; Npgsql has no such keyword.
    static string? TakeService(ref string connection)
    {
        var separator = connection.Contains("://", StringComparison.Ordinal) ? '&' : ';';
        var start = connection.IndexOf("service=", StringComparison.OrdinalIgnoreCase);
        if (start < 0 || (start > 0 && connection[start - 1] is not (';' or '?' or '&' or ' ')))
        {
            return null;
        }

        var end = connection.IndexOf(separator, start);
        var name = connection[(start + 8)..(end < 0 ? connection.Length : end)];
        connection = connection[..start] + (end < 0 ? "" : connection[(end + 1)..]);
        return name.Trim();
    }

    static Dictionary<string, string> ReadService(string service, Func<string, string?> variable)
    {
        var files = new[]
        {
            variable("PGSERVICEFILE"),
            variable("HOME") is { } home ? Path.Combine(home, ".pg_service.conf") : null,
            variable("PGSYSCONFDIR") is { } folder ? Path.Combine(folder, "pg_service.conf") : null,
        };
        foreach (var file in files)
        {
            if (file is not null && File.Exists(file) && Section(file, service) is { } entries)
            {
                return entries;
            }
        }

        throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The service '{service}' stands in no service file (PGSERVICEFILE, ~/.pg_service.conf)."
            )
        );
    }

    static Dictionary<string, string>? Section(string file, string service)
    {
        Dictionary<string, string>? entries = null;
        foreach (var raw in File.ReadLines(file))
        {
            var line = raw.Trim();
            if (line.StartsWith('['))
            {
                if (entries is not null)
                {
                    break;
                }

                entries = line == $"[{service}]" ? new Dictionary<string, string>(StringComparer.Ordinal) : null;
            }
            else if (entries is not null && !line.StartsWith('#') && line.Split('=', 2) is [var name, var value])
            {
                entries[name.Trim()] = value.Trim();
            }
        }

        return entries;
    }
}
