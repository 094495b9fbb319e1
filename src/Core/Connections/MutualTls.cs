using System.Security.Cryptography.X509Certificates;

namespace DxyOrleans.Core.Connections;

/// <summary>What each side of a connection between silos, or a client and a silo, shows, and whom it takes: whoever has a certificate of
/// our authority.</summary>
public sealed class MutualTls
{
    /// <summary>The name that a client asks a silo for. Silos are found by their addresses, which change; the authority alone says who
    /// belongs to us.</summary>
    public const string AnyName = "dxy-silo";

    /// <summary>Who connects and says nothing holds nothing for longer.</summary>
    public static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    readonly X509Certificate2 _authority;

    /// <exception cref="System.Security.Cryptography.CryptographicException">A file doesn't hold what it should.</exception>
    public MutualTls(TlsSettings settings) => (Own, _authority) = settings.Read();

    /// <summary>Our own certificate, with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>Whether the other side belongs to us.</summary>
    /// <param name="shown">What it shows; null when it shows none.</param>
    public bool Accepts(X509Certificate2? shown)
    {
        if (shown is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        // A private authority has no list to ask; a certificate that got out is shut out by a new authority.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
