using DxyOrleans.Grains.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Grains.Tests.Contracts;

public sealed class RepeatLimitTests
{
    readonly FakeTimeProvider _time = new();
    readonly List<string> _lines = [];

    [Fact]
    public void What_repeats_four_times_a_second_is_written_at_once_and_then_once_a_minute_with_its_count()
    {
        using var limit = new RepeatLimit(new Provider(_lines), _time);
        var log = limit.CreateLogger("pump");
        for (var quarter = 0; quarter < 4 * 150; quarter++)
        {
            Say(log, LogLevel.Warning, "the database is away");
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal("Warning the database is away", _lines[0]);
        Assert.Equal(3, _lines.Count);
        Assert.All(_lines.Skip(1), line => Assert.Matches(@"^Warning the database is away \(came 2\d\d times more within 6\d s\)$", line));
    }

    [Fact]
    public void What_was_counted_is_told_when_it_comes_no_more_and_at_the_end()
    {
        var limit = new RepeatLimit(new Provider(_lines), _time);
        var log = limit.CreateLogger("pump");
        Say(log, LogLevel.Error, "stuck");
        Say(log, LogLevel.Error, "stuck");
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["Error stuck", "Error stuck (came 1 times more within 60 s)"], _lines);
        Say(log, LogLevel.Error, "stuck");
        Say(log, LogLevel.Error, "stuck");
        limit.Dispose();
        Assert.Equal(4, _lines.Count);
    }

    [Fact]
    public void Of_one_kind_no_more_than_ten_different_lines_a_minute_are_written_and_the_rest_is_a_number()
    {
        using var limit = new RepeatLimit(new Provider(_lines), _time);
        var log = limit.CreateLogger("worker");
        for (var piece = 0; piece < 1000; piece++)
        {
            Say(log, LogLevel.Warning, $"piece {piece} failed");
        }

        Say(limit.CreateLogger("another"), LogLevel.Warning, "piece 7 failed");
        Assert.Equal(RepeatLimit.MaxOfKind + 1, _lines.Count);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal("Warning 990 more lines of this kind within 60 s were left out", _lines[^1]);
    }

    [Fact]
    public void Steps_of_our_own_are_written_each_time()
    {
        using var limit = new RepeatLimit(new Provider(_lines), _time);
        for (var step = 0; step < 20; step++)
        {
            Say(limit.CreateLogger("silo"), LogLevel.Information, "a step");
        }

        Assert.Equal(20, _lines.Count);
    }

    // As a clock does it, and not in one leap.
    void Pass(TimeSpan span)
    {
        for (var step = TimeSpan.FromSeconds(5); span > TimeSpan.Zero; span -= step)
        {
            _time.Advance(step);
        }
    }

    static void Say(ILogger log, LogLevel level, string text) => log.Log(level, default, text, null, (line, _) => line);

    sealed class Provider(List<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(lines);

        public void Dispose() { }
    }

    sealed class Logger(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
