using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DxyOrleans.Core.Connections;

/// <summary>What silos and Orleans clients prove themselves to each other with: each shows a certificate of one authority, and refuses who
/// has none.</summary>
public sealed class TlsSettings
{
    internal const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    internal const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    static readonly string[] Both = [ServerAuthentication, ClientAuthentication];

    /// <value>This silo's certificate, a PEM file. Read at start: a renewed one needs a restart.</value>
    public string? Certificate { get; set; }

    /// <value>Its key, a PEM file.</value>
    public string? Key { get; set; }

    /// <value>The certificate of the authority that signed every silo's and client's, a PEM file. It should sign nothing else: whoever has
    /// a certificate of it is let in.</value>
    public string? Authority { get; set; }

    public bool IsOn => Certificate is { Length: > 0 } || Key is { Length: > 0 } || Authority is { Length: > 0 };

    /// <summary>The certificate with its key, and the authority's.</summary>
    /// <exception cref="CryptographicException">A file doesn't hold what it should.</exception>
    public (X509Certificate2 Own, X509Certificate2 Authority) Read() =>
        (X509Certificate2.CreateFromPemFile(Certificate!, Key), X509Certificate2.CreateFromPem(File.ReadAllText(Authority!)));

    /// <summary>What is wrong, a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (!IsOn)
        {
            yield break;
        }

        var missing = new[] { (nameof(Certificate), Certificate), (nameof(Key), Key), (nameof(Authority), Authority) }
            .Where(file => !File.Exists(file.Item2))
            .Select(file => $"Tls:{file.Item1} is '{file.Item2}'; there is no such file. './dxy certificates' makes a set for trying.")
            .ToList();
        foreach (var fault in missing)
        {
            yield return fault;
        }

        if (missing.Count > 0)
        {
            yield break;
        }

        if (Unreadable() is { } unreadable)
        {
            yield return $"Tls can't be read ({unreadable}); give PEM files, the certificate that of the key.";
        }
        else if (!HasBothPurposes())
        {
            yield return $"Tls:Certificate '{Certificate}' lists its purposes (extended key usage) and lacks one; each side answers and "
                + $"calls, so have it signed for server and client authentication.";
        }
    }

    // A certificate that lists no purpose has every one.
    bool HasBothPurposes()
    {
        var (own, authority) = Read();
        using (own)
        using (authority)
        {
            var listed = own
                .Extensions.OfType<X509EnhancedKeyUsageExtension>()
                .Select(extension => extension.EnhancedKeyUsages.Cast<Oid>().Select(purpose => purpose.Value))
                .ToList();
            return listed.All(purposes => Both.All(purposes.Contains));
        }
    }

    string? Unreadable()
    {
        try
        {
            var (own, authority) = Read();
            own.Dispose();
            authority.Dispose();
            return null;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return fault.Message.TrimEnd('.');
        }
    }
}
