using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Grains.Hosting;

/// <summary>
/// No line of trouble without a limit, whoever writes it: what repeats is written once a minute with its count, and of one kind no more
/// than ten different lines a minute. Loops so may say each failure, and nobody has to remember in each of them what was said already.
/// </summary>
[ProviderAlias("Console")]
public sealed class RepeatLimit : ILoggerProvider, ISupportExternalScope
{
    /// <summary>How long a line isn't written again. Real time.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    /// <summary>Different lines of one kind, which are those of one event of one class, within that time.</summary>
    public const int MaxOfKind = 10;

    static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<(string Category, int Event, LogLevel Level), Kind> _kinds = new();
    readonly ILoggerProvider _inner;
    readonly TimeProvider _time;
    readonly ITimer _timer;

    /// <param name="inner">What writes; disposed with this.</param>
    /// <param name="time">The real clock.</param>
    public RepeatLimit(ILoggerProvider inner, TimeProvider time)
    {
        (_inner, _time) = (inner, time);
        _timer = time.CreateTimer(_ => Tell(Span), null, Look, Look);
    }

    public ILogger CreateLogger(string categoryName) => new Limited(this, categoryName, _inner.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) =>
        (_inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose()
    {
        _timer.Dispose();
        // What was counted is told before the end.
        Tell(TimeSpan.Zero);
        _inner.Dispose();
    }

    void Tell(TimeSpan after)
    {
        foreach (var kind in _kinds.Values)
        {
            kind.Tell(_time.GetTimestamp(), after);
        }
    }

    sealed class Limited(RepeatLimit limit, string category, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel < LogLevel.Warning || !inner.IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
                return;
            }

            limit
                ._kinds.GetOrAdd((category, eventId.Id, logLevel), _ => new Kind(limit._time, inner, logLevel, eventId))
                .Say(formatter(state, exception), exception);
        }
    }

    /// <summary>The lines of one kind that were written within the last minute, and how often each came since.</summary>
    sealed class Kind(TimeProvider time, ILogger inner, LogLevel level, EventId id)
    {
        readonly Lock _one = new();
        readonly Dictionary<string, Line> _lines = [];
        Line _others = new(0, 0);

        public void Say(string text, Exception? exception)
        {
            lock (_one)
            {
                var now = time.GetTimestamp();
                TellLocked(now, Span);
                if (_lines.TryGetValue(text, out var line))
                {
                    _lines[text] = line with { Since = line.Since + 1 };
                }
                else if (_lines.Count < MaxOfKind)
                {
                    _lines[text] = new Line(now, 0);
                    Write(text, exception);
                }
                else
                {
                    _others = new Line(_others.Since == 0 ? now : _others.Written, _others.Since + 1);
                }
            }
        }

        public void Tell(long now, TimeSpan after)
        {
            lock (_one)
            {
                TellLocked(now, after);
            }
        }

        void TellLocked(long now, TimeSpan after)
        {
            foreach (var (text, line) in _lines.Where(line => time.GetElapsedTime(line.Value.Written, now) >= after).ToList())
            {
                _lines.Remove(text);
                if (line.Since > 0)
                {
                    // What goes on is news again for a minute.
                    _lines[text] = new Line(now, 0);
                    Write(
                        string.Create(CultureInfo.InvariantCulture, $"{text} (came {line.Since} times more within {Seconds(line, now)} s)"),
                        null
                    );
                }
            }

            if (_others.Since > 0 && time.GetElapsedTime(_others.Written, now) >= after)
            {
                Write(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_others.Since} more lines of this kind within {Seconds(_others, now)} s were left out"
                    ),
                    null
                );
                _others = new Line(0, 0);
            }
        }

        long Seconds(Line line, long now) => (long)Math.Ceiling(time.GetElapsedTime(line.Written, now).TotalSeconds);

        void Write(string text, Exception? exception) => inner.Log(level, id, text, exception, static (line, _) => line);
    }

    /// <param name="Written">When, as a timestamp.</param>
    /// <param name="Since">How often it came since.</param>
    readonly record struct Line(long Written, long Since);
}
