using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Commands.Db;

/// <summary><c>db url</c>: the URL for psql, password included.</summary>
internal sealed class DbUrlVerb() : Verb("url", "Prints the database's URL; psql takes it as printed.", "db url")
{
    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var url = DatabaseUrl.ToUrl(await session.ConnectionAsync(cancellation));
        if (session.Json)
        {
            using var document = session.Document("dxy.db_url/1");
            document.Json.WriteString("url", url);
        }
        else
        {
            session.Out.WriteLine(url);
        }

        return ExitCode.Done;
    }
}
