using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Grains.Index;

/// <summary>
/// The minutes of one index that are being sampled: taken from its components' quotes, saved each second, ended by time. What it holds in
/// memory is lost with its silo but for what was saved; another goes on with that, and the time between is a hole in the minute.
/// Steps don't overlap; quotes may be given in between.
/// </summary>
/// <param name="database">Where the components' newest prices stand.</param>
/// <param name="store">Where the minutes are saved.</param>
/// <param name="every">The pace.</param>
/// <param name="saveEvery">How often a minute is saved.</param>
/// <param name="grace">How long after its end a minute is ended, so that quotes on their way still count.</param>
/// <param name="clock">Market time.</param>
sealed class IndexSampling(
    NpgsqlDataSource database,
    SampledMinuteStore store,
    TimeSpan every,
    TimeSpan saveEvery,
    TimeSpan grace,
    TimeProvider clock
)
{
    // Of quotes that wait while the tables can't be read the oldest give way.
    const int WaitingLimit = 100_000;

    readonly Queue<(Symbol Symbol, Quote Quote)> _waiting = [];
    readonly Dictionary<UtcTime, (SampledMinute? Minute, long Revision)> _saved = [];
    IndexSampler? _sampler;
    string? _metadata;
    UtcTime _nextSave;

    /// <summary>Whether another activation saved a minute of ours: it is read anew.</summary>
    public bool WasOvertaken { get; private set; }

    UtcTime Now => UtcTime.From(clock.GetUtcNow());

    public void Add(Symbol component, IEnumerable<Quote> quotes)
    {
        foreach (var quote in quotes)
        {
            _waiting.Enqueue((component, quote));
            if (_waiting.Count > WaitingLimit)
            {
                _waiting.Dequeue();
            }
        }
    }

    /// <summary>Takes what was quoted, saves, and ends what has ended.</summary>
    /// <param name="definition">The index.</param>
    /// <param name="metadata">The registry's text of it: another is another definition.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The newest minute as it is sampled now; null where none is.</returns>
    public async Task<SampledMinute?> StepAsync(IndexDefinition definition, string metadata, CancellationToken cancellation)
    {
        WasOvertaken = false;
        if (_sampler is null || _metadata != metadata)
        {
            await BeginAsync(definition, cancellation);
            _metadata = metadata;
        }

        var sampler = _sampler!;
        while (_waiting.TryDequeue(out var one))
        {
            if (FxWeek.IsOpen(one.Quote.Time))
            {
                sampler.Add(one.Symbol, one.Quote);
            }
        }

        SampledMinute? newest = null;
        var saves = Now >= _nextSave;
        foreach (var time in sampler.Minutes.ToList())
        {
            var isEnded = time + Timeframe.OneMinute + grace <= Now;
            newest = sampler.At(time, Now);
            if (newest is not null && (isEnded || saves) && !await SaveAsync(definition.Symbol, newest, isEnded, cancellation))
            {
                (_sampler, WasOvertaken) = (null, true);
                return null;
            }

            if (isEnded)
            {
                sampler.Forget(time);
                _saved.Remove(time);
            }
        }

        _nextSave = saves ? Now + saveEvery : _nextSave;
        return newest;
    }

    /// <summary>The latest quote of each component, in the basket's order.</summary>
    public IReadOnlyList<Quote?> Newest() => _sampler?.Newest() ?? [];

    /// <summary>How long until the next step; null where there is nothing to do.</summary>
    public TimeSpan? Wait()
    {
        var now = Now;
        var span = new TimeSpan(every.Ticks - (now.Ticks % every.Ticks));
        if (_waiting.Count > 0 || _sampler is null)
        {
            return _waiting.Count > 0 ? span : null;
        }

        return _sampler.Minutes.Count == 0 ? null
            : _sampler.Minutes.First() + Timeframe.OneMinute is var end && end > now ? span
            : end + grace > now ? end + grace - now
            : TimeSpan.FromMilliseconds(1);
    }

    async Task BeginAsync(IndexDefinition definition, CancellationToken cancellation)
    {
        var since = Now;
        var sampler = new IndexSampler(definition, every, since);
        var symbols = definition.Components.Select(component => component.Symbol);
        foreach (var price in (await NewestPrices.ReadAsync(database, symbols, since, cancellation)).Prices)
        {
            sampler.Add(price.Symbol, price.AsQuote, isNew: false);
        }

        _saved.Clear();
        foreach (var saved in await store.LoadAsync(definition.Symbol, cancellation))
        {
            sampler.Restore(saved.Minute);
            _saved[saved.Minute.Time] = (saved.Minute, saved.Revision);
        }

        _sampler = sampler;
    }

    async Task<bool> SaveAsync(Symbol index, SampledMinute minute, bool isEnded, CancellationToken cancellation)
    {
        var (before, revision) = _saved.GetValueOrDefault(minute.Time);
        if (before == minute && !isEnded)
        {
            return true;
        }

        if (!await store.SaveAsync(index, new SavedSamples(minute, revision), isEnded, cancellation))
        {
            return false;
        }

        _saved[minute.Time] = (minute, revision + 1);
        return true;
    }
}
