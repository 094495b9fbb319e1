using System.Collections.Concurrent;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Web;

/// <summary>The statements of the folder <c>sql/web/</c>, for the host's tables.</summary>
static class WebSql
{
    static readonly ConcurrentDictionary<string, string> Texts = new();

    /// <summary>A command for a statement, by its name without ending.</summary>
    public static NpgsqlCommand Web(this NpgsqlConnection connection, string name) => new(connection.Bound(Text(name)), connection);

    /// <summary>The same, on a connection that is opened for it.</summary>
    public static NpgsqlCommand Web(this NpgsqlDataSource database, string name) => database.CreateCommand(database.Bound(Text(name)));

    internal static string Text(string name) => Texts.GetOrAdd(name, static name =>
        {
            using var stream = typeof(WebSql).Assembly.GetManifestResourceStream($"sql/web/{name}.sql")
                ?? throw new ArgumentException($"sql/web/{name}.sql is not among the embedded files.", nameof(name));
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        });
}
