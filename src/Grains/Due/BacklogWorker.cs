using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Background;
using DxyOrleans.Grains.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Grains.Due;

/// <summary>
/// One on every silo: helps the grain of a target that has weeks of work, wherever that grain lives, by deriving weeks that nobody works
/// on. It keeps nothing: what a killed silo had begun stays due. While live bars are being stored by this silo it stands back.
/// </summary>
public sealed partial class BacklogWorker(
    NpgsqlDataSource database,
    DueStore due,
    RegistryCache registry,
    BarWriter writer,
    IOptions<DerivingOptions> deriving,
    IOptions<PollerOptions> options,
    TimeProvider realTime,
    ILogger<BacklogWorker> logger
) : PollingService(Poll, realTime)
{
    static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Real time without a live bar after which it goes on.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    protected override bool IsEnabled => options.Value.Enabled;

    protected override TimeSpan FirstAfter => Poll;

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var target in await due.TargetsOfWeeksAsync(Deriver.LongWork, cancellation))
            {
                await HelpAsync(target, cancellation);
            }
        }
        catch (StaleDefinitionException)
        {
            await registry.RefreshAsync(cancellation);
        }

        return PollOutcome.Idle;
    }

    async Task HelpAsync(Series target, CancellationToken cancellation)
    {
        if (TargetRules.For(await registry.GetAsync(cancellation), target, deriving.Value) is not { } rule)
        {
            return;
        }

        var deriver = new Deriver(database, rule) { YieldsToLive = () => writer.IsLive };
        TimeSpan? done;
        do
        {
            while (writer.SinceLast < Quiet)
            {
                await Task.Delay(Quiet, RealTime, cancellation);
            }

            done = (await deriver.ProcessSliceAsync(cancellation)).Window?.Length;
        } while (done >= Deriver.LongWork);
    }

    [LoggerMessage(1507, LogLevel.Warning, "Can't help with what is due, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
