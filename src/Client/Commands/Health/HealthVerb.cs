using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Texts;
using DxyOrleans.Deriving.Monitoring;
using DxyOrleans.Membership;

namespace DxyOrleans.Client.Commands.Health;

/// <summary><c>health</c>: PASS, WARN or FAIL of everything that can ail; exit code 10 on FAIL.</summary>
internal sealed class HealthVerb()
    : Verb("health", "Judges freshness, coverage, rollups, outliers, backlog, silos, clock and database.", "health")
{
    static readonly TimeSpan Answering = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Asking = TimeSpan.FromSeconds(2);

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        // A server of our own may have to be started first.
        var database = session.IsEmbedded
            ? await session.DatabaseAsync(cancellation)
            : await session.DatabaseAsync(cancellation).WaitAsync(Answering, session.Time, cancellation);
        var probes = new HealthProbes(database, session.Settings.Number("PoolSize", 2, 200), new ProbeFaults(), session.Time);
        var health = new DatabaseHealth(database, probes, session.Settings.Span("Grace"), session.Time);
        var checks = await health.RunAsync(
            [
                .. ConsoleModules.All.SelectMany(module => module.Probes(database)),
                new("silos", "", async end => [SiloHealth.Judge(await SiloRoster.ReadAsync(database, end), await LocalAsync(end))]),
            ],
            cancellation
        );
        foreach (var module in ConsoleModules.All)
        {
            checks = await module.JudgeAsync(database, checks, session.Time, cancellation);
        }

        var worst = checks.Max(check => check.Status);
        if (session.Json)
        {
            using var document = session.Document("dxy.health/1");
            document.Json.WriteString("status", worst.Capitals());
            document.Json.WriteStartArray("checks");
            foreach (var check in checks)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("name", check.Name);
                document.Json.WriteString("subject", check.Subject);
                document.Json.WriteString("status", check.Status.Capitals());
                document.Json.WriteString("text", check.Text);
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
        }
        else
        {
            var width = checks.Max(check => check.Name.Length + check.Subject.Length + 1);
            foreach (var check in checks)
            {
                session.Out.WriteLine(
                    $"{Coloured(session, check.Status)}  {$"{check.Name} {check.Subject}".PadRight(width)}  {check.Text}"
                );
            }

            session.Out.WriteLine(
                $"{Coloured(session, worst)}  {checks.Count(check => check.Status == HealthStatus.Pass)} of {checks.Count} checks pass"
            );
        }

        return worst == HealthStatus.Fail ? ExitCode.Differs : ExitCode.Done;

        // Those of another database are no concern of this one.
        async Task<IReadOnlyList<SiloCondition>> LocalAsync(CancellationToken end) =>
            [
                .. (await new LocalSilos(session).ConditionsAsync(Asking, end)).Where(silo =>
                    silo.Silo.Database is not { } other || other == session.DatabaseName
                ),
            ];
    }

    sealed class ProbeFaults : IProbeFaults
    {
        public bool IsOfAll(Exception exception) =>
            ErrorMapper.Exception(exception, null).Code is "schema-missing" or "database-away" or "database-login";

        public string Text(Exception exception) => ErrorMapper.Exception(exception, null).What;
    }

    static string Coloured(Session session, HealthStatus status) =>
        session.Host.HasColour
            ? $"\e[{(status switch { HealthStatus.Pass => 32, HealthStatus.Warn => 33, _ => 31 })}m{status.Capitals()}\e[0m"
            : status.Capitals();
}
