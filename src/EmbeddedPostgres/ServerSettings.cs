using System.Globalization;
using System.Text;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The text of <c>dxy.conf</c>, which the data folder's <c>postgresql.conf</c> includes last.</summary>
internal static class ServerSettings
{
    public const string FileName = "dxy.conf";

    public static string Text(EmbeddedServerOptions options, int port, string socketFolder)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["cluster_name"] = EmbeddedServer.ClusterName,
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = socketFolder,
            ["unix_socket_permissions"] = "0700",
            ["password_encryption"] = "scram-sha-256",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["max_connections"] = "100",
            // For a machine of two cores that also runs silos: enough for the working set, little enough to leave them room.
            ["shared_buffers"] = "192MB",
            ["work_mem"] = "16MB",
            ["maintenance_work_mem"] = "128MB",
            ["min_wal_size"] = "256MB",
            ["max_wal_size"] = "2GB",
            ["random_page_cost"] = "1.1",
            // Our statements are short; compiling them costs more than it saves.
            ["jit"] = "off",
            ["log_line_prefix"] = "%m [%p] %q%u@%d ",
            ["log_checkpoints"] = "off",
            ["log_lock_waits"] = "on",
        };

        var durable = options.Durable ? "on" : "off";
        foreach (var name in (string[])["fsync", "synchronous_commit", "full_page_writes"])
            settings[name] = durable;
        foreach (var (name, value) in options.Settings)
            settings[name] = value;

        var text = new StringBuilder("# Written at every start of the embedded server; changes made here are lost.\n");
        foreach (var (name, value) in settings)
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{Quoted(value)}'\n");
        return text.ToString();
    }

    private static string Quoted(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
