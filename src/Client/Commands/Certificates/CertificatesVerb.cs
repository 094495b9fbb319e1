using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Connections;

namespace DxyOrleans.Client.Commands.Certificates;

/// <summary><c>certificates</c>: a set for trying TLS between silos and clients.</summary>
internal sealed class CertificatesVerb : Verb
{
    readonly Argument<string> _folder = new("FOLDER") { Description = "Where to put them; made where it isn't there." };

    public CertificatesVerb()
        : base(
            "certificates",
            "Makes certificates for trying TLS between silos: an authority's, and a silo's with its key.",
            "certificates certificates"
        ) => Arguments.Add(_folder);

    public override Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        TlsSettings made;
        try
        {
            made = DevelopmentCertificates.Make(Path.GetFullPath(parse.GetValue(_folder)!), session.Time.GetUtcNow());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault.Usage($"the certificates can't be written: {fault.Message.TrimEnd('.')}", "name an empty folder").ToException();
        }

        (string Variable, string Value)[] settings =
        [
            ("DXY_TLS__CERTIFICATE", made.Certificate!),
            ("DXY_TLS__KEY", made.Key!),
            ("DXY_TLS__AUTHORITY", made.Authority!),
        ];
        if (session.Json)
        {
            using var document = session.Document("dxy.certificates/1");
            foreach (var (variable, value) in settings)
            {
                document.Json.WriteString(variable, value);
            }
        }
        else
        {
            session.Out.WriteLine($"for trying; good for {DevelopmentCertificates.GoodFor.Days} days; every silo needs:");
            foreach (var (variable, value) in settings)
            {
                session.Out.WriteLine($"export {variable}={value}");
            }
        }

        return Task.FromResult(ExitCode.Done);
    }
}
