using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulation;
using DxyOrleans.Storage;
using Npgsql;

namespace DxyOrleans.Client.Work.Rehearsal;

/// <summary>
/// The shop's own programs during a rehearsal: an ingest that stores the pairs' bars all the time, and a deriver that writes the index into the old table until it is
/// stopped. Both write plain SQL under a login that has no right on anything of ours, and try again whatever fails.
/// </summary>
internal sealed class LegacyWriters(NpgsqlDataSource shop, SimulatedMarket market, TimeProvider clock, TimeProvider realTime) : IAsyncDisposable
{
    static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(200);

    readonly CancellationTokenSource _ending = new();
    readonly SemaphoreSlim _deriving = new(1);
    bool _derives;
    Task _running = Task.CompletedTask;

    /// <summary>The longest time that a statement of theirs took, real time: no lock of the migration's held them longer.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>How often a statement failed and was tried again.</summary>
    public int Failures { get; private set; }

    /// <summary>What the last failure was.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Why the ingest can't go on; null while it does.</summary>
    public string? Ended { get; private set; }

    /// <summary>Bars of the pairs written.</summary>
    public long Bars { get; private set; }

    /// <summary>Minutes of the index written into the old table.</summary>
    public long Derived { get; private set; }

    /// <summary>Begins; bars from <paramref name="from"/> on, as the clock goes, their prices going on from the stored ones.</summary>
    public async Task StartAsync(UtcTime from, bool derive, CancellationToken cancellation)
    {
        var factors = await FactorsAsync(from, cancellation);
        _derives = derive;
        _running = RunAsync(from, factors, _ending.Token);
    }

    /// <summary>Stops the deriver, as the shop's people do when the migration asks for it; its last statement has ended then.</summary>
    public async Task StopDerivingAsync(CancellationToken cancellation)
    {
        await _deriving.WaitAsync(cancellation);
        _derives = false;
        _deriving.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
        _deriving.Dispose();
    }

    async Task RunAsync(UtcTime from, ImmutableDictionary<Symbol, decimal> factors, CancellationToken ending)
    {
        try
        {
            await foreach (var bars in new SimulatedBarFeed(market, clock).Run(from, ending))
            {
                await UntilDoneAsync(() => IngestAsync([.. bars.Select(bar => Scaled(bar, factors[bar.Symbol]))], ending), ending);
                await DeriveAsync(new TimeRange(bars[0].Time, bars[^1].End), ending);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The rehearsal is over.
        }
        catch (PostgresException wrong) when (IsForGood(wrong))
        {
            Ended = $"the shop's ingest can't be played here: {wrong.MessageText}";
        }
    }

    async Task IngestAsync(ImmutableArray<Bar> bars, CancellationToken cancellation)
    {
        await using var command = shop.CreateCommand(Sql.Text("rehearsal/ingest.sql"));
        command.Parameters.With(bars.Select(bar => bar.Symbol.Name).ToArray()).With(bars.Select(bar => bar.Time.ToDateTime()).ToArray())
            .With(bars.Select(bar => bar.Open).ToArray()).With(bars.Select(bar => bar.High).ToArray()).With(bars.Select(bar => bar.Low).ToArray())
            .With(bars.Select(bar => bar.Close).ToArray()).With(bars.Select(bar => bar.Volume).ToArray()).With(bars.Select(bar => bar.TradeCount).ToArray());
        Bars += await command.ExecuteNonQueryAsync(cancellation);
    }

    async Task DeriveAsync(TimeRange range, CancellationToken cancellation)
    {
        await _deriving.WaitAsync(cancellation);
        try
        {
            if (_derives)
            {
                await UntilDoneAsync(async () =>
                {
                    await using var command = shop.CreateCommand(Sql.Text("rehearsal/legacy_deriver.sql"));
                    command.Parameters.AddRange(range);
                    Derived += await command.ExecuteNonQueryAsync(cancellation);
                }, cancellation);
            }
        }
        catch (PostgresException other) when (IsForGood(other))
        {
            // A copied shop whose old table isn't like the plan's has an old deriver that only it knows.
            (_derives, LastFailure) = (false, $"the old deriver can't be played here: {other.MessageText}");
        }
        finally
        {
            _deriving.Release();
        }
    }

    async Task UntilDoneAsync(Func<Task> statement, CancellationToken cancellation)
    {
        while (true)
        {
            var began = realTime.GetTimestamp();
            try
            {
                await statement();
                Longest = realTime.GetElapsedTime(began) is { } took && took > Longest ? took : Longest;
                return;
            }
            catch (PostgresException wrong) when (IsForGood(wrong))
            {
                LastFailure = wrong.MessageText;
                throw;
            }
            catch (NpgsqlException fault) when (!cancellation.IsCancellationRequested)
            {
                Failures++;
                LastFailure = fault.Message;
                await Task.Delay(TryAgain, realTime, cancellation);
            }
        }
    }

    // Class 42 and a value that is missing: trying again mends nothing.
    static bool IsForGood(PostgresException fault) => fault.SqlState.StartsWith("42", StringComparison.Ordinal) || fault.SqlState == PostgresErrorCodes.NotNullViolation;

    // The simulated market has levels of its own; a copy of a real shop goes on from the shop's.
    async Task<ImmutableDictionary<Symbol, decimal>> FactorsAsync(UtcTime from, CancellationToken cancellation)
    {
        var factors = ImmutableDictionary.CreateBuilder<Symbol, decimal>();
        foreach (var symbol in market.Symbols)
        {
            await using var command = shop.CreateCommand(
                "SELECT b.close FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND NOT b.is_partial AND b.ts_utc < $2 ORDER BY b.ts_utc DESC LIMIT 1");
            command.Parameters.With(symbol.Name).With(from.ToDateTime());
            var simulated = market.BarOf(symbol, from - Timeframe.OneMinute) ?? market.BarOf(symbol, from);
            factors[symbol] = await command.ExecuteScalarAsync(cancellation) is decimal close && simulated is not null ? close / simulated.Close : 1;
        }

        return factors.ToImmutable();
    }

    static Bar Scaled(Bar bar, decimal factor) => factor == 1 ? bar
        : Bar.Create(bar.Series, bar.Time, bar.Open * factor, bar.High * factor, bar.Low * factor, bar.Close * factor, bar.Volume, null, bar.TradeCount);
}
