using DxyOrleans.Grains.Background;
using DxyOrleans.Grains.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Grains.Tests.Background;

public sealed class PollingServiceTests : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    readonly ArmedTime _time = new();
    readonly Lines _lines = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _lines.Dispose();
        _time.Dispose();
    }

    [Fact]
    public async Task It_polls_at_once_and_then_after_each_interval()
    {
        using var poller = new Poller(_time, _lines, _ => Task.FromResult(PollOutcome.Idle));
        await poller.StartAsync(Token);
        await _time.ArmedAsync();
        _time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, poller.Polls);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _time.ArmedAsync();
        Assert.Equal(2, poller.Polls);
        await poller.StopAsync(Token);
        Assert.True(poller.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Where_there_is_more_it_polls_again_without_waiting()
    {
        using var poller = new Poller(_time, _lines, poll => Task.FromResult(poll < 5 ? PollOutcome.More : PollOutcome.Idle));
        await poller.StartAsync(Token);
        await _time.ArmedAsync();
        Assert.Equal(5, poller.Polls);
        await poller.StopAsync(Token);
    }

    [Fact]
    public async Task It_ends_when_it_has_finished()
    {
        using var poller = new Poller(_time, _lines, _ => Task.FromResult(PollOutcome.Finished));
        await poller.StartAsync(Token);
        await poller.ExecuteTask!.WaitAsync(Token);
        Assert.Equal(1, poller.Polls);
    }

    [Fact]
    public async Task A_failure_is_logged_and_tried_again_and_what_succeeds_after_it_is_told_once()
    {
        using var poller = new Poller(_time, _lines, poll =>
            poll == 1 ? throw new TimeoutException("the database is away") : Task.FromResult(PollOutcome.Idle)
        );
        await poller.StartAsync(Token);
        await _time.ArmedAsync();
        Assert.Equal((false, "the database is away"), (poller.IsPolling, poller.PollFailure));
        for (var poll = 2; poll <= 4; poll++)
        {
            _time.Advance(Interval);
            await _time.ArmedAsync();
            Assert.Equal(poll, poller.Polls);
        }

        Assert.Equal((true, null, 1), (poller.IsPolling, poller.PollFailure, poller.Recoveries));
        Assert.Equal(["the database is away"], _lines.Written);
        await poller.StopAsync(Token);
    }

    [Fact]
    public void After_each_failure_in_a_row_it_waits_twice_as_long_up_to_a_second_or_its_own_interval()
    {
        Assert.Equal(
            [250, 500, 1000, 1000, 1000],
            Enumerable.Range(1, 5).Select(failures => PollingService.BackOff(Interval, failures).TotalMilliseconds)
        );
        Assert.Equal(TimeSpan.FromSeconds(5), PollingService.BackOff(TimeSpan.FromSeconds(5), 9));
        Assert.Equal(PollingService.MaxBackOff, PollingService.BackOff(Interval, int.MaxValue));
    }

    [Fact]
    public async Task A_fault_that_does_not_pass_by_itself_ends_it()
    {
        using var poller = new Poller(_time, _lines, _ => throw new InvalidOperationException("a bug"));
        await poller.StartAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => poller.ExecuteTask!.WaitAsync(Token));
        Assert.Empty(_lines.Written);
    }

    [Fact]
    public async Task A_poll_that_does_not_heed_the_end_is_left_behind_after_the_deadline()
    {
        var (begun, never) = (new TaskCompletionSource(), new TaskCompletionSource<PollOutcome>());
        using var poller = new Poller(_time, _lines, _ =>
        {
            begun.SetResult();
            return never.Task;
        });
        await poller.StartAsync(Token);
        await begun.Task.WaitAsync(Token);
        var stop = poller.StopAsync(CancellationToken.None);
        _time.Advance(PollingService.StopWithin - TimeSpan.FromMilliseconds(1));
        Assert.False(stop.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await stop.WaitAsync(Token);
        never.SetResult(PollOutcome.Idle);
        await poller.ExecuteTask!.WaitAsync(Token);
    }

    [Fact]
    public async Task What_fails_for_minutes_is_written_once_a_minute_with_its_count()
    {
        using var limit = new RepeatLimit(_lines, _time);
        using var poller = new Poller(_time, limit, _ => throw new TimeoutException("the database is away"));
        await poller.StartAsync(Token);
        for (var poll = 1; poll <= 150; poll++)
        {
            await _time.ArmedAsync();
            _time.Advance(PollingService.MaxBackOff);
        }

        await poller.StopAsync(Token);
        Assert.Equal("the database is away", _lines.Written[0]);
        Assert.Equal(3, _lines.Written.Count);
        Assert.All(_lines.Written.Skip(1), line => Assert.Matches(@"^the database is away \(came \d\d times more within 6\d s\)$", line));
    }

    sealed class Poller(TimeProvider time, ILoggerProvider lines, Func<int, Task<PollOutcome>> poll) : PollingService(Interval, time)
    {
        readonly ILogger _log = lines.CreateLogger(nameof(Poller));
        int _polls;

        public int Polls => Volatile.Read(ref _polls);

        public int Recoveries { get; private set; }

        public override Task<PollOutcome> PollAsync(CancellationToken cancellation) => poll(Interlocked.Increment(ref _polls));

        protected override void OnPolling() => Recoveries++;

        protected override bool IsPassing(Exception fault) => fault is TimeoutException;

        protected override void LogPollFailed(string reason) => _log.Log(LogLevel.Warning, default, reason, null, (line, _) => line);
    }

    /// <summary>A clock that is moved only once somebody waits for it.</summary>
    sealed class ArmedTime : FakeTimeProvider, IDisposable
    {
        static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
        readonly SemaphoreSlim _armed = new(0);

        public async Task ArmedAsync() =>
            Assert.True(await _armed.WaitAsync(Deadline, Token), $"nobody began to wait for the clock within {Deadline.TotalSeconds} s");

        public void Dispose() => _armed.Dispose();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (period == Timeout.InfiniteTimeSpan)
            {
                _armed.Release();
            }

            return timer;
        }
    }

    sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add(formatter(state, exception));

        public void Dispose() { }
    }
}
