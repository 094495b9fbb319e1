using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>
/// Plays the host's own programs beside a rehearsal, minute by minute of the market: they know nothing of ours. What may pass is tried
/// again; a failure that would come again ends them, because live it would go on failing.
/// </summary>
internal sealed class LegacyWriters(IHostProgram program, NpgsqlDataSource data, SimulatedMarket market, TimeProvider realTime)
    : IAsyncDisposable
{
    static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(200);

    readonly CancellationTokenSource _ending = new();
    readonly SemaphoreSlim _playing = new(1);
    readonly List<double> _took = [];
    bool _derives;
    Task _running = Task.CompletedTask;

    /// <summary>The longest time that a round of theirs took, real time: no lock of the migration's held them longer.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>The middle of the rounds before anything of ours was there, real time.</summary>
    public TimeSpan MiddleBefore { get; private set; }

    /// <summary>The middle of the rounds since.</summary>
    public TimeSpan Middle
    {
        get
        {
            lock (_took)
            {
                return MiddleOf(_took);
            }
        }
    }

    /// <summary>How often a round failed and was tried again.</summary>
    public int Failures { get; private set; }

    /// <summary>What the last failure was.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Why they can't go on; null while they do.</summary>
    public string? Ended { get; private set; }

    /// <summary>Bars of the pairs written.</summary>
    public long Bars { get; private set; }

    /// <summary>Minutes of the index written into the old table.</summary>
    public long Derived { get; private set; }

    /// <summary>Plays some minutes before anything of ours is there: how long it takes them, and whether they work at all.</summary>
    /// <returns>The failure; null when there was none.</returns>
    public async Task<string?> TryAsync(UtcTime from, int minutes, CancellationToken cancellation)
    {
        var factors = await FactorsAsync(from, cancellation);
        try
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                var time = from + TimeSpan.FromMinutes(minute);
                await PlayAsync(
                    [
                        .. market
                            .Symbols.Select(symbol => market.BarOf(symbol, time))
                            .OfType<Bar>()
                            .Select(bar => Scaled(bar, factors[bar.Symbol])),
                    ],
                    true,
                    cancellation
                );
            }
        }
        catch (Exception fault) when (IsForGood(fault))
        {
            return Words(fault);
        }

        MiddleBefore = Middle;
        (Longest, Failures, LastFailure) = (TimeSpan.Zero, 0, null);
        _took.Clear();
        return null;
    }

    /// <summary>Begins; bars from <paramref name="from"/> on, as the clock goes, their prices going on from the stored ones.</summary>
    public async Task StartAsync(UtcTime from, TimeProvider clock, CancellationToken cancellation)
    {
        var factors = await FactorsAsync(from, cancellation);
        _derives = true;
        _running = RunAsync(from, clock, factors, _ending.Token);
    }

    /// <summary>Stops the deriver, as the host's people do when the migration asks for it; its last statement has ended then.</summary>
    public async Task StopDerivingAsync(CancellationToken cancellation)
    {
        await _playing.WaitAsync(cancellation);
        _derives = false;
        _playing.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
        _playing.Dispose();
    }

    async Task RunAsync(UtcTime from, TimeProvider clock, ImmutableDictionary<Symbol, decimal> factors, CancellationToken ending)
    {
        try
        {
            await foreach (var bars in new SimulatedBarFeed(market, clock).Run(from, ending))
            {
                await _playing.WaitAsync(ending);
                try
                {
                    await PlayAsync([.. bars.Select(bar => Scaled(bar, factors[bar.Symbol]))], _derives, ending);
                }
                finally
                {
                    _playing.Release();
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The rehearsal is over.
        }
        catch (Exception wrong) when (IsForGood(wrong))
        {
            Ended = $"the host's own writer ({program.Name}) fails: {Words(wrong)}";
        }
    }

    async Task PlayAsync(ImmutableArray<Bar> bars, bool derive, CancellationToken cancellation)
    {
        while (true)
        {
            var began = realTime.GetTimestamp();
            try
            {
                var (stored, derived) = await program.PlayAsync(bars, derive, cancellation);
                var took = realTime.GetElapsedTime(began);
                (Bars, Derived, Longest) = (Bars + stored, Derived + derived, took > Longest ? took : Longest);
                lock (_took)
                {
                    _took.Add(took.TotalMilliseconds);
                }

                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or HostProgramException && !cancellation.IsCancellationRequested)
            {
                LastFailure = Words(fault);
                if (IsForGood(fault))
                {
                    throw;
                }

                Failures++;
                await Task.Delay(TryAgain, realTime, cancellation);
            }
        }
    }

    // Conflicts between transactions, lost connections, a server that is short of something or goes down: all else would come again.
    static bool IsForGood(Exception fault) =>
        fault switch
        {
            PostgresException refused => !MayPass(refused.SqlState),
            HostProgramException failed => failed.SqlState is not { } state || !MayPass(state),
            _ => false,
        };

    static bool MayPass(string state) => state[..2] is "40" or "08" or "53" or "57" or "58" || state == PostgresErrorCodes.LockNotAvailable;

    static string Words(Exception fault) =>
        fault switch
        {
            PostgresException refused => $"{refused.MessageText} ({refused.SqlState})",
            HostProgramException { SqlState: { } state } failed => $"{failed.Message} ({state})",
            _ => fault.Message,
        };

    static TimeSpan MiddleOf(List<double> took) =>
        took.Count == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(took.Order().ElementAt(took.Count / 2));

    // The simulated market has levels of its own; a copy of a real host goes on from the host's.
    async Task<ImmutableDictionary<Symbol, decimal>> FactorsAsync(UtcTime from, CancellationToken cancellation)
    {
        var factors = ImmutableDictionary.CreateBuilder<Symbol, decimal>();
        foreach (var symbol in market.Symbols)
        {
            await using var command = data.CreateCommand(
                """
                SELECT round(b.close::numeric, 12) FROM public.data_bars AS b
                WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND NOT b.is_partial AND b.ts_utc < $2 AND b.close > 0
                  AND b.close < 1e12
                ORDER BY b.ts_utc DESC LIMIT 1
                """
            );
            command.Parameters.With(symbol.Name).With(from.ToDateTime());
            var simulated = market.BarOf(symbol, from - Timeframe.OneMinute) ?? market.BarOf(symbol, from);
            factors[symbol] =
                await command.ExecuteScalarAsync(cancellation) is decimal close && simulated is not null ? close / simulated.Close : 1;
        }

        return factors.ToImmutable();
    }

    static Bar Scaled(Bar bar, decimal factor) =>
        factor == 1
            ? bar
            : Bar.Create(
                bar.Series,
                bar.Time,
                bar.Open * factor,
                bar.High * factor,
                bar.Low * factor,
                bar.Close * factor,
                bar.Volume,
                null,
                bar.TradeCount
            );
}
