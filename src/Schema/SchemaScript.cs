using System.Security.Cryptography;
using System.Text;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Schema;

/// <summary>
/// A script of <c>sql/</c> and the name under which the journal remembers that it ran. Tables are made once; functions and rights are renewed
/// when their text changes, so their name carries a fingerprint.
/// </summary>
public sealed record SchemaScript(string Name, string Text)
{
    /// <summary>Every script in the order they run, for the host's tables.</summary>
    public static IReadOnlyList<SchemaScript> All(HostBinding binding) =>
        [
            .. Sql.Files("schema").Select(path => new SchemaScript(path, Sql.Text(path))),
            .. Sql.Files("orleans").OrderBy(path => path != "orleans/schema.sql").Select(path => Fingerprinted(path, HostBinding.Ours)),
            .. Sql.Files("functions").Where(IsBeforeTables).Select(path => Fingerprinted(path, binding)),
        ];

    /// <summary>
    /// Those that refer to the shop's tables, and the rights on everything: they run after the tables are there. The rights are given again whenever
    /// anything they are given on has changed: a new function would be open to all.
    /// </summary>
    public static IReadOnlyList<SchemaScript> AfterTables(HostBinding binding) =>
        [
            .. Sql.Files("functions").Where(path => !IsBeforeTables(path) && path != Rights).Select(path => Fingerprinted(path, binding)),
            new SchemaScript(
                Rights
                    + Fingerprint(
                        string.Concat(Sql.Files("schema").Concat(Sql.Files("orleans")).Concat(Sql.Files("functions")).Select(Sql.Text))
                    ),
                Sql.Text(Rights)
            ),
            .. Sql.Files("schema_start").Select(path => new SchemaScript(path, binding.Render(Sql.Text(path)))),
        ];

    /// <summary>Whether it may run again at any time: functions, rights, and Orleans' statements.</summary>
    public bool IsRenewable => Name.Contains('@', StringComparison.Ordinal);

    /// <summary>Whether the journal remembers it.</summary>
    public bool IsJournaled =>
        IsRenewable || Name.StartsWith("schema/", StringComparison.Ordinal) || Name.StartsWith("schema_start/", StringComparison.Ordinal);

    /// <summary>Functions whose bodies are others for the host's tables than as they are written: the fingerprint of the one, and of the other.</summary>
    public static IReadOnlyDictionary<string, string> ChangedBodies(HostBinding binding)
    {
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Sql.Files("functions").Where(path => path != Rights && !binding.IsOurs))
        {
            foreach (var (written, rendered) in Bodies(Sql.Text(path)).Zip(Bodies(binding.Render(Sql.Text(path)))))
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
                Sql.Files("roles")
                    .Concat(Sql.Files("schema"))
                    .Concat(Sql.Files("orleans"))
                    .Concat(Sql.Files("functions"))
                    .Concat(Sql.Files("schema_start"))
                    .Append("version/write.sql")
                    .Select(Sql.Text)
            )
        )[1..];

    const string Rights = "functions/900_rights.sql";

    static bool IsBeforeTables(string path) => string.CompareOrdinal(path, "functions/030") < 0;

    static SchemaScript Fingerprinted(string path, HostBinding binding)
    {
        var text = path == Rights ? Sql.Text(path) : binding.Render(Sql.Text(path));
        return new SchemaScript(path + Fingerprint(text), text);
    }

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
