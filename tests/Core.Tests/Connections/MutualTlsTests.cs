using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DxyOrleans.Core.Connections;

namespace DxyOrleans.Core.Tests.Connections;

/// <summary>Whom a silo takes, and with which certificate it may begin.</summary>
public sealed class MutualTlsTests : IDisposable
{
    const string Server = "1.3.6.1.5.5.7.3.1";
    const string Client = "1.3.6.1.5.5.7.3.2";

    static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    readonly string _folder = Directory.CreateTempSubdirectory("dxy-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Who_has_a_certificate_of_our_authority_is_taken_and_nobody_else()
    {
        var tls = new MutualTls(DevelopmentCertificates.Make(Path.Combine(_folder, "ours"), Now));
        using var others = new MutualTls(DevelopmentCertificates.Make(Path.Combine(_folder, "others"), Now)).Own;
        Assert.True(tls.Accepts(tls.Own));
        Assert.False(tls.Accepts(others));
        Assert.False(tls.Accepts(null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(true, Server, Client)]
    [InlineData(false, Server)]
    [InlineData(false, Client)]
    [InlineData(false, "1.3.6.1.5.5.7.3.3")]
    public void A_certificate_that_lists_its_purposes_has_to_have_both(bool fits, params string[] purposes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256);
        if (purposes.Length > 0)
        {
            request.CertificateExtensions.Add(
                new X509EnhancedKeyUsageExtension([.. purposes.Select(purpose => new Oid(purpose))], critical: false)
            );
        }

        using var made = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        var settings = new TlsSettings
        {
            Certificate = Path.Combine(_folder, "own.pem"),
            Key = Path.Combine(_folder, "own.key"),
            Authority = Path.Combine(_folder, "own.pem"),
        };
        File.WriteAllText(settings.Certificate, made.ExportCertificatePem());
        File.WriteAllText(settings.Key, key.ExportPkcs8PrivateKeyPem());

        var faults = settings.Faults().ToList();

        Assert.Equal(fits ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.Contains("server and client authentication", fault, StringComparison.Ordinal));
    }
}
