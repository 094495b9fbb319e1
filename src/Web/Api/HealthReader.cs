using DxyOrleans.Core.Health;
using DxyOrleans.Core.Texts;
using DxyOrleans.Deriving.Monitoring;
using DxyOrleans.Membership;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary>The checks of <c>dxy health</c> that the tables tell of, a few seconds old at most, however many ask.</summary>
sealed class HealthReader(NpgsqlDataSource database, WebOptions options, TimeProvider time) : IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>Looks at once: one is at it, one asks who is in the way.</summary>
    const int Connections = 2;

    /// <summary>How a silo stands in the membership table that is at work.</summary>
    const int Active = 3;

    readonly SemaphoreSlim _one = new(1);
    volatile Looked? _looked;

    public async Task<HealthDocument> ReadAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_looked is { } looked && time.GetElapsedTime(looked.At) < Fresh)
            {
                return looked.Document;
            }

            var probes = new HealthProbes(database, Connections, new Faults(), time);
            var checks = await new DatabaseHealth(database, probes, options.Grace, time).RunAsync(
                [new("silos", "", SilosAsync)],
                cancellation
            );
            var document = new HealthDocument(
                "dxy.health/1",
                checks.Max(check => check.Status).Capitals(),
                [.. checks.Select(check => new HealthCheckDocument(check.Name, check.Subject, check.Status.Capitals(), check.Text))]
            );
            _looked = new Looked(document, time.GetTimestamp());
            return document;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    // By their heartbeats alone: of processes the console of their machine knows more.
    async Task<IEnumerable<HealthCheck>> SilosAsync(CancellationToken cancellation)
    {
        await using var command = database.Statement("list_silos");
        var silos = await command.RowsAsync(
            row => (Status: row.GetInt32(7), Silent: row.GetUtc(11) - row.GetUtc(9), Name: row.GetString(1)),
            cancellation
        );
        var active = silos.Where(silo => silo.Status == Active).ToList();
        var silent = active.Where(silo => silo.Silent >= Heartbeat.Fresh).ToList();
        return
        [
            HealthRules.Silos(
                active.Count - silent.Count,
                active.Count,
                [.. silent.Select(silo => $"{silo.Name} has given no heartbeat for {silo.Silent.TotalSeconds:0} s")]
            ),
        ];
    }

    sealed record Looked(HealthDocument Document, long At);

    sealed class Faults : IProbeFaults
    {
        public bool IsOfAll(Exception exception) =>
            Problems.Of(exception).Kind is var kind && (kind == ProblemKind.SchemaMissing || kind == ProblemKind.DatabaseAway);

        public string Text(Exception exception) => Problems.Of(exception).Message;
    }
}

/// <summary><c>health</c>: PASS, WARN or FAIL of everything that the tables tell of.</summary>
static class HealthEndpoint
{
    public static async Task RunAsync(HttpContext http, HealthReader reader) =>
        await WebJson.WriteAsync(http, await reader.ReadAsync(http.RequestAborted));
}
