using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Health;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Shadow;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>
/// Health of a cluster in shadow mode: it derives, rolls up and works off nothing here, and mustn't, so that these are no faults of it.
/// What it owes is a comparison that is young and didn't fail.
/// </summary>
internal static class ShadowHealth
{
    // Orleans' clusters of silos in shadow mode are named so, apart from those that write.
    const string Apart = "-shadow";

    static readonly string[] NotMade = ["schedule", "backlog", "stuck"];
    static readonly string[] NotMadeOfIndexes = ["freshness", "coverage", "outliers"];

    // What can't be told by then is left as the other checks have it: they say what the database ails of.
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <summary>The checks as they are where silos write; else without blame for what none of them makes, and with the comparison
    /// judged.</summary>
    public static async Task<IReadOnlyList<HealthCheck>> JudgeAsync(
        NpgsqlDataSource database,
        IReadOnlyList<HealthCheck> checks,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await JudgeAsync(database, checks, either.Token);
        }
        catch (Exception fault)
            when (fault is NpgsqlException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return checks;
        }
    }

    static async Task<IReadOnlyList<HealthCheck>> JudgeAsync(
        NpgsqlDataSource database,
        IReadOnlyList<HealthCheck> checks,
        CancellationToken cancellation
    )
    {
        var alive = (await SiloRoster.ReadAsync(database, cancellation)).Where(silo => silo.IsAlive).ToList();
        if (alive.Count == 0 || !alive.TrueForAll(silo => silo.Cluster.EndsWith(Apart, StringComparison.Ordinal)))
        {
            return checks;
        }

        var registry = await Registries.LoadAsync(database, cancellation);
        var verdict = ShadowVerdict.Of(
            await new ShadowStore(database).ListAsync(null, cancellation),
            await database.NowAsync(cancellation)
        );
        return
        [
            .. checks.Select(check =>
                IsNotMade(check, registry) && check.Status != HealthStatus.Pass
                    ? check with
                    {
                        Status = HealthStatus.Pass,
                        Text = $"shadow mode makes none: {check.Text}",
                    }
                    : check
            ),
            Judge(verdict),
        ];
    }

    /// <summary>The comparison's own check.</summary>
    public static HealthCheck Judge(ShadowVerdict verdict) =>
        new(
            "shadow",
            "",
            verdict.State switch
            {
                ShadowState.Equal => HealthStatus.Pass,
                ShadowState.Different or ShadowState.NotCompared => HealthStatus.Warn,
                _ => HealthStatus.Fail,
            },
            verdict.Text
        );

    static bool IsNotMade(HealthCheck check, SymbolRegistry registry) =>
        NotMade.Contains(check.Name)
        || (NotMadeOfIndexes.Contains(check.Name) && registry.Indexes.Any(index => index.Symbol.Name == check.Subject));
}
