using System.Security.Cryptography;
using System.Text;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Schema;

/// <summary>
/// A script of <c>sql/</c> and the name under which the journal remembers that it ran. Tables are made once; functions and rights are
/// renewed when their text changes, so their name carries a fingerprint.
/// </summary>
public sealed record SchemaScript(string Name, string Text)
{
    /// <summary>Those that run before the host's tables are there, in the order they run.</summary>
    public static IReadOnlyList<SchemaScript> BeforeTables(HostBinding binding) => [.. Of(binding, afterTables: false)];

    /// <summary>
    /// Those that refer to the host's tables, and the rights on everything: they run after the tables are there. The rights are given again
    /// whenever anything they are given on has changed: a new function would be open to all.
    /// </summary>
    public static IReadOnlyList<SchemaScript> AfterTables(HostBinding binding) => [.. Of(binding, afterTables: true)];

    /// <summary>Whether it may run again at any time: functions, rights, and Orleans' statements.</summary>
    public bool IsRenewable => Name.Contains('@', StringComparison.Ordinal);

    /// <summary>Whether the journal remembers it.</summary>
    public bool IsJournaled => SchemaManifest.Entries.Any(entry => entry.File == Name.Split('@')[0]);

    /// <summary>Functions whose bodies are others for the host's tables than as they are written: the fingerprint of the one, and of the
    /// other.</summary>
    public static IReadOnlyDictionary<string, string> ChangedBodies(HostBinding binding)
    {
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in SchemaManifest.Entries.Where(entry => IsBound(entry) && !binding.IsOurs))
        {
            var text = Sql.Text(entry.File);
            foreach (var (written, rendered) in Bodies(text).Zip(Bodies(binding.Render(text))))
            {
                changed[Md5(written)] = Md5(rendered);
            }
        }

        return changed;
    }

    /// <summary>Of the texts of all scripts.</summary>
    public static string FingerprintOfAll { get; } =
        Fingerprint(
            string.Concat(
                Sql.Files("roles").Concat(SchemaManifest.Entries.Select(entry => entry.File)).Append("version/write.sql").Select(Written)
            )
        )[1..];

    static IEnumerable<SchemaScript> Of(HostBinding binding, bool afterTables) =>
        SchemaManifest.Entries.Where(entry => entry.AfterTables == afterTables).Select(entry => Of(entry, binding));

    static SchemaScript Of(SchemaManifest.Entry entry, HostBinding binding)
    {
        var written = Written(entry.File);
        var text = IsBound(entry) ? binding.Render(written) : written;
        return entry.Kind switch
        {
            ScriptKind.Once => new SchemaScript(entry.File, text),
            ScriptKind.Renewed => new SchemaScript(entry.File + Fingerprint(text), text),
            _ => new SchemaScript(entry.File + Fingerprint(string.Concat(SchemaManifest.Entries.Select(one => Written(one.File)))), text),
        };
    }

    // The list of deriving versions is the code's.
    static string Written(string file) => file == DerivingRuleList.Path ? DerivingRuleList.Text : Sql.Text(file);

    // Brought to the host's tables: functions, and what runs once on tables that are there. Orleans' own and the rights name no column.
    static bool IsBound(SchemaManifest.Entry entry) =>
        entry.Kind == ScriptKind.Once
            ? entry.AfterTables
            : entry.Kind == ScriptKind.Renewed && entry.File.StartsWith("functions/", StringComparison.Ordinal);

    static string Fingerprint(string text) => "@" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    static IEnumerable<string> Bodies(string script) => script.Split("$$").Where((_, place) => place % 2 == 1);

    // As the server's md5() gives it: a name for a text, no secret.
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security",
        "CA5351",
        Justification = "It is compared with the server's md5() and protects nothing."
    )]
    static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
