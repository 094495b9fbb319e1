using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;

namespace DxyOrleans.Client.Commands.Watch;

/// <summary><c>watch</c>: the live index, from the newest price of each component.</summary>
internal sealed class WatchVerb : Verb
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly Argument<Symbol> _symbol = Values.Symbol("The index, like DXY.");
    readonly Option<UtcTime?> _since = Values.TimeOption("--since", "Compare with the prices of that instant; else with those a day ago.");
    readonly Option<TimeSpan?> _for = Values.Duration("--for", "Stop after that time; else on Ctrl-C.");

    public WatchVerb()
        : base(
            "watch",
            "Shows an index live: level, change, what each component contributed and how old its price is, the forming minute.",
            "watch DXY"
        )
    {
        Arguments.Add(_symbol);
        Options.Add(_since);
        Options.Add(_for);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var index = (await Registries.LoadAsync(database, cancellation)).RequireIndex(parse.GetValue(_symbol));
        var before = parse.GetValue(_since) ?? await database.NowAsync(cancellation) - Day;
        var prices = new LivePrices(database, index);
        using var end = parse.GetValue(_for) is { } span ? new CancellationTokenSource(span, session.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end.Token);
        SampledMinute? minute = null;
        try
        {
            await new WatchBoard(session, index, before).RunAsync(
                async () =>
                {
                    var (live, now) = await prices.ReadAsync(before, either.Token);
                    minute = live.Level is { } level ? SampledMinute.With(minute, now, level) : minute;
                    return new WatchState(live, minute, now);
                },
                () => Task.Delay(Poll, session.Time, either.Token),
                either.Token
            );
        }
        catch (Exception fault) when (either.IsCancellationRequested && fault is OperationCanceledException or Npgsql.NpgsqlException)
        {
            // The end that was asked for.
        }

        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }
}

/// <summary>What is shown.</summary>
internal sealed record WatchState(LiveIndex Live, SampledMinute? Minute, UtcTime Now);
