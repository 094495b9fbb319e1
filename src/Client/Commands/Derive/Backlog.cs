using System.Collections.Concurrent;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Membership;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Client.Commands.Derive;

/// <summary>Working the backlog off here, or waiting until the silos have. The locks of the targets' weeks make it safe to do both at
/// once.</summary>
internal sealed class Backlog(NpgsqlDataSource database, SymbolRegistry registry, DerivingOptions options, TimeProvider time)
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    readonly DueStore _due = new(database);
    readonly ConcurrentDictionary<Series, TargetTally> _tallies = new();

    public IReadOnlyCollection<TargetTally> Tallies => [.. _tallies.Values.OrderBy(tally => tally.Target)];

    /// <summary>Minutes of bars worked off here so far.</summary>
    public double Done => _tallies.Values.Sum(tally => tally.Minutes);

    /// <summary>Returns when nothing ripe of these symbols is left: by waiting for the silos while one lives, else by deriving
    /// here.</summary>
    /// <returns>Whether silos did it.</returns>
    public async Task<bool> CompleteAsync(IReadOnlyCollection<Symbol> symbols, Progress progress, CancellationToken cancellation)
    {
        var byThis = false;
        double most = 0;
        while (true)
        {
            var state = await BacklogState.ReadAsync(database, symbols, cancellation);
            if (state.IsEmpty)
            {
                return !byThis;
            }

            if (await SiloRoster.CountAliveAsync(database, cancellation) == 0)
            {
                byThis = true;
                await DrainAsync(symbols, progress, cancellation);
                return false;
            }

            most = Math.Max(most, state.Minutes);
            progress.Report(most - state.Minutes, most, $"({state.Changes} changes to expand)");
            await Task.Delay(Poll, time, cancellation);
        }
    }

    /// <summary>Works off, here, everything ripe: the indexes' minutes first, then the rollups, smaller ones first, until nothing new comes
    /// of it.</summary>
    public async Task DrainAsync(IReadOnlyCollection<Symbol>? symbols, Progress progress, CancellationToken cancellation)
    {
        while (true)
        {
            var expanded = 0;
            while (await _due.ExpandAsync(cancellation) is var some and > 0)
            {
                expanded += some;
            }

            var before = Done;
            var rules = (await _due.TargetsAsync(cancellation))
                .Where(target => symbols is null || symbols.Contains(target.Symbol))
                .Select(target => TargetRules.For(registry, target, options))
                .OfType<ITargetRule>()
                .OrderBy(rule => rule.Series.Timeframe);
            foreach (var rule in rules)
            {
                await DrainAsync(rule, progress, cancellation);
            }

            if (expanded == 0 && Done <= before)
            {
                return;
            }
        }
    }

    /// <summary>Works off, here, everything ripe of one target.</summary>
    public async Task<TargetTally> DrainAsync(ITargetRule rule, Progress progress, CancellationToken cancellation)
    {
        var tally = TallyOf(rule.Series);
        var first = await BacklogState.ReadAsync(database, [rule.Series.Symbol], cancellation);
        var total = Done + first.Minutes;
        await ParallelDrain.RunAsync(
            database,
            rule,
            slice =>
            {
                tally.Add(slice);
                foreach (var (target, outcome) in slice.Coarser)
                {
                    TallyOf(target).Add(outcome);
                }

                progress.Report(Done, Math.Max(total, Done), rule.Series.ToString());
            },
            cancellation
        );
        return tally;
    }

    TargetTally TallyOf(Series target) => _tallies.GetOrAdd(target, series => new TargetTally(series));
}
