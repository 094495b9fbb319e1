using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DxyOrleans.Core.Connections;
using Microsoft.AspNetCore.Connections;
using Nerdbank.Streams;

namespace DxyOrleans.Abstractions.Connections;

/// <summary>
/// TLS around a connection of Orleans', both ways: who shows no certificate of our authority gets no further than the handshake. (Orleans' own package for it isn't
/// published for the version we use.)
/// </summary>
public sealed class TlsMiddleware
{
    // Silos are found by their addresses, which change; the authority alone says who belongs to us.
    const string AnyName = "dxy-silo";

    static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    readonly X509Certificate2 _own;
    readonly X509Certificate2 _authority;

    /// <exception cref="System.Security.Cryptography.CryptographicException">A file doesn't hold what it should.</exception>
    public TlsMiddleware(TlsSettings settings) => (_own, _authority) = settings.Read();

    /// <summary>Around connections that others open to us.</summary>
    public void UseOnIncoming(IConnectionBuilder builder) => builder.Use(next => connection => WrapAsync(connection, next, (stream, cancellation) =>
        stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _own, ClientCertificateRequired = true, RemoteCertificateValidationCallback = IsOurs,
        }, cancellation)));

    /// <summary>Around connections that we open.</summary>
    public void UseOnOutgoing(IConnectionBuilder builder) => builder.Use(next => connection => WrapAsync(connection, next, (stream, cancellation) =>
        stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = AnyName, ClientCertificates = [_own], RemoteCertificateValidationCallback = IsOurs,
        }, cancellation)));

    static async Task WrapAsync(ConnectionContext connection, ConnectionDelegate next, Func<SslStream, CancellationToken, Task> authenticateAsync)
    {
        var plain = connection.Transport;
        await using var stream = new SslStream(plain.AsStream());
        using (var hurry = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            // Who connects and says nothing holds nothing for long.
            hurry.CancelAfter(HandshakeWithin);
            try
            {
                await authenticateAsync(stream, hurry.Token);
            }
            catch (Exception refused) when (refused is System.Security.Authentication.AuthenticationException or IOException or OperationCanceledException)
            {
                connection.Abort(new ConnectionAbortedException("The other side has no certificate of our authority, or speaks no TLS.", refused));
                return;
            }
        }

        connection.Transport = stream.UsePipe();
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
        }
    }

    bool IsOurs(object sender, X509Certificate? shown, X509Chain? _, SslPolicyErrors faults)
    {
        if (shown is not X509Certificate2 certificate)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        // A private authority has no list to ask; a certificate that got out is shut out by a new authority.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
