using System.Security.Cryptography;
using System.Text;

namespace DxyOrleans.Storage.Schema;

/// <summary>
/// A script of <c>sql/</c> and the name under which the journal remembers that it ran. Tables are made once; functions and rights are renewed
/// when their text changes, so their name carries a fingerprint.
/// </summary>
public sealed record SchemaScript(string Name, string Text)
{
    /// <summary>Every script in the order they run.</summary>
    public static IReadOnlyList<SchemaScript> All { get; } =
    [
        .. Sql.Files("schema").Select(path => new SchemaScript(path, Sql.Text(path))),
        .. Sql.Files("orleans").OrderBy(path => path != "orleans/schema.sql").Select(Fingerprinted),
        .. Sql.Files("functions").Where(IsBeforeTables).Select(Fingerprinted),
    ];

    /// <summary>
    /// Those that refer to the shop's tables, and the rights on everything: they run after the tables are there. The rights are given again whenever
    /// anything they are given on has changed: a new function would be open to all.
    /// </summary>
    public static IReadOnlyList<SchemaScript> AfterTables { get; } =
    [
        .. Sql.Files("functions").Where(path => !IsBeforeTables(path) && path != Rights).Select(Fingerprinted),
        new SchemaScript(Rights + Fingerprint(string.Concat(Sql.Files("schema").Concat(Sql.Files("orleans")).Concat(Sql.Files("functions")).Select(Sql.Text))),
            Sql.Text(Rights)),
        .. Sql.Files("schema_start").Select(path => new SchemaScript(path, Sql.Text(path))),
    ];

    /// <summary>Whether it may run again at any time: functions, rights, and Orleans' statements.</summary>
    public bool IsRenewable => Name.Contains('@', StringComparison.Ordinal);

    /// <summary>Whether the journal remembers it.</summary>
    public bool IsJournaled => IsRenewable || Name.StartsWith("schema/", StringComparison.Ordinal) || Name.StartsWith("schema_start/", StringComparison.Ordinal);

    /// <summary>Of the texts of all scripts.</summary>
    public static string FingerprintOfAll { get; } = Fingerprint(string.Concat(Sql.Files("roles").Concat(Sql.Files("schema")).Concat(Sql.Files("orleans"))
        .Concat(Sql.Files("functions")).Concat(Sql.Files("schema_start")).Append("version/write.sql").Select(Sql.Text)))[1..];

    const string Rights = "functions/900_rights.sql";

    static bool IsBeforeTables(string path) => string.CompareOrdinal(path, "functions/030") < 0;

    static SchemaScript Fingerprinted(string path)
    {
        var text = Sql.Text(path);
        return new SchemaScript(path + Fingerprint(text), text);
    }

    static string Fingerprint(string text) => "@" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
