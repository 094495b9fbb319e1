using DxyOrleans.Core.Connections;
using Orleans.Connections.Security;

namespace DxyOrleans.Silo.Hosting;

/// <summary>TLS on a silo's and its gateway's port, and towards other silos.</summary>
static class SiloTls
{
    public static void UseTls(this ISiloBuilder silo, TlsSettings settings)
    {
        var tls = new MutualTls(settings);
        silo.UseTls(options =>
        {
            options.LocalCertificate = tls.Own;
            options.RemoteCertificateMode = options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.RemoteCertificateValidation = (shown, _, _) => tls.Accepts(shown);
            options.OnAuthenticateAsClient = (_, outgoing) => outgoing.TargetHost = MutualTls.AnyName;
            options.HandshakeTimeout = MutualTls.HandshakeWithin;
        });
    }
}
