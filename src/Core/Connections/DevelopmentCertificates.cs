using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DxyOrleans.Core.Connections;

/// <summary>
/// A set for trying TLS: <c>authority.pem</c>, and <c>silo.pem</c> with <c>silo.key</c>, which every silo and client may share. Good for a
/// year. The authority's key isn't kept, so nobody can sign more.
/// </summary>
public static class DevelopmentCertificates
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromDays(365);

    // A clock that is behind this one takes them too.
    static readonly TimeSpan Before = TimeSpan.FromHours(1);

    /// <summary>Writes the three files; the key's can be read by its owner alone.</summary>
    /// <returns>Settings that name them.</returns>
    /// <exception cref="IOException">One of them is there already, or can't be written.</exception>
    public static TlsSettings Make(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=DxyOrleans development authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: true,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var root = authority.CreateSelfSigned(now - Before, now + GoodFor);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dxy-silo", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: false,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension(
                [new Oid(TlsSettings.ServerAuthentication), new Oid(TlsSettings.ClientAuthentication)],
                critical: false
            )
        );
        using var certificate = request.Create(root, now - Before, now + GoodFor, RandomNumberGenerator.GetBytes(16));

        var settings = new TlsSettings
        {
            Certificate = Path.Combine(folder, "silo.pem"),
            Key = Path.Combine(folder, "silo.key"),
            Authority = Path.Combine(folder, "authority.pem"),
        };
        Write(settings.Key, key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Write(settings.Certificate, certificate.ExportCertificatePem(), Everybody);
        Write(settings.Authority, root.ExportCertificatePem(), Everybody);
        return settings;
    }

    static void Write(string file, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var writer = new StreamWriter(file, options);
        writer.WriteLine(text);
    }
}
