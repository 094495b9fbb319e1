using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>What the embedded server is and where it is kept.</summary>
public sealed partial record EmbeddedServerOptions
{
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create("\"$`\\\n\r\0");

    /// <summary>The folder (<c>$DXY_HOME</c>) that holds the server's data, passwords, log and process id. Made when absent.</summary>
    public required string Home { get; init; }

    /// <summary>
    /// True (the default) leaves every durability setting of PostgreSQL on: a committed row survives a crash of the machine.
    /// False is for servers that are thrown away: a crash of the machine loses the data folder.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>The TCP port on loopback; null takes the port of the last start when it is still free, else a free one.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// Settings of <c>postgresql.conf</c> beyond our own, and stronger than them. Read at a start; a server that runs already keeps its
    /// own.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <exception cref="EmbeddedServerException">A value can't be used; the message says which and why.</exception>
    internal EmbeddedServerOptions Validated()
    {
        if (string.IsNullOrWhiteSpace(Home))
            throw new EmbeddedServerException("The embedded server needs a folder to live in; set DXY_HOME.");

        var home = RealPath.Of(Home);
        // pg_ctl hands the log's path to a shell between double quotes, where these characters mean something.
        if (home.AsSpan().ContainsAny(ShellCharacters))
            throw new EmbeddedServerException(
                $"The folder {home} has a quote, $, backslash or line break in its name, which pg_ctl can't take; set DXY_HOME to another."
            );

        if (Port is < 1 or > 65535)
            throw new EmbeddedServerException(
                string.Create(CultureInfo.InvariantCulture, $"Port {Port} is not a TCP port; use 1 to 65535, or none for a free one.")
            );

        foreach (var name in Settings.Keys)
        {
            if (!SettingName().IsMatch(name))
                throw new EmbeddedServerException($"'{name}' is not the name of a PostgreSQL setting.");
        }

        return this with
        {
            Home = home,
        };
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.]*\z")]
    private static partial Regex SettingName();
}
