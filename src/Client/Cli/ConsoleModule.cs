using System.CommandLine;
using DxyOrleans.Core.Health;
using DxyOrleans.Deriving.Monitoring;
using Npgsql;

namespace DxyOrleans.Client.Cli;

/// <summary>A part of the console that has a folder of its own and can be taken away with it: its verbs, and what else it adds.</summary>
internal abstract class ConsoleModule
{
    /// <summary>Its verbs, in the order <c>--help</c> lists them.</summary>
    public abstract IEnumerable<Command> Verbs { get; }

    /// <summary>What the demo names as the next thing to try; null for nothing.</summary>
    public virtual string? AfterDemo => null;

    /// <summary>What the caller is told of an exception that only this part knows; null for others.</summary>
    public virtual Fault? Explain(Exception exception, string? database) => null;

    /// <summary>What else of health it looks at.</summary>
    public virtual IEnumerable<HealthProbe> Probes(NpgsqlDataSource database) => [];

    /// <summary>What was found of health, as it is to be judged while this part is at work.</summary>
    public virtual Task<IReadOnlyList<HealthCheck>> JudgeAsync(
        NpgsqlDataSource database,
        IReadOnlyList<HealthCheck> checks,
        TimeProvider time,
        CancellationToken cancellation
    ) => Task.FromResult(checks);
}
