using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// What minutes took, in milliseconds: a bare commit beside each, a call to the same grain that does nothing, the sixth call until its
/// answer, from it to the DXY row, and one look for that row.
/// </summary>
internal sealed record LiveTimes(Samples Commits, Samples Calls, Samples Published, Samples Derived, Samples Looks);

/// <summary>
/// A silo as a process of its own, and this process as its Orleans client: what a feed outside the silo pays, and no measuring inside what
/// is measured. Publishes minute after minute and sees when each DXY row is committed.
/// </summary>
internal sealed class LiveLoop : IAsyncDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    readonly BenchServer _server;
    readonly SiloProcess _silo;
    readonly SiloClient _client;
    readonly BareCommit _bare;
    readonly BarLook _look;
    readonly LiveMinutes _minutes;
    readonly Random _random = new(1);

    // Minutes that have ended, so that they are derived at once; the newest of them still before now when this ends.
    readonly long _first;
    readonly string _unsettled;
    int _round;

    LiveLoop(BenchServer server, SiloProcess silo, SiloClient client, BareCommit bare, BarLook look, int mostMinutes)
    {
        (_server, _silo, _client, _bare, _look) = (server, silo, client, bare, look);
        _minutes = new LiveMinutes(client.Grains);
        _first = UtcTime.From(TimeProvider.System.GetUtcNow()).Minute - mostMinutes - 10;

        // What history has due beside is not waited for.
        _unsettled = $"""
            SELECT EXISTS (SELECT FROM dxy.change WHERE last_ts >= '{UtcTime.FromMinute(_first)}')
                OR EXISTS (SELECT FROM dxy.due WHERE to_ts <= dxy.now() AND to_ts > '{UtcTime.FromMinute(_first)}')
            """;
    }

    /// <param name="server">Where.</param>
    /// <param name="mostMinutes">How many minutes will be published at most.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<LiveLoop> StartAsync(BenchServer server, int mostMinutes, CancellationToken cancellation)
    {
        var silo = SiloProcess.Start(server, "--Feed", "none");
        await silo.ReadyAsync(cancellation);
        return new LiveLoop(
            server,
            silo,
            await SiloClient.ConnectAsync(silo, cancellation),
            await BareCommit.OpenAsync(server.Data, cancellation),
            await BarLook.OpenAsync(server.Data, cancellation),
            mostMinutes
        );
    }

    /// <param name="minutes">How many at most.</param>
    /// <param name="beside">Whether a bare commit and a call that does nothing are measured beside each.</param>
    /// <param name="goesOn">Asked after each; null: until there are as many.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task<LiveTimes> RunAsync(int minutes, bool beside, Func<Task<bool>>? goesOn, CancellationToken cancellation)
    {
        var (commits, calls, published, derived, looks) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>()
        );
        for (var i = 0; i < minutes; i++)
        {
            var round = _round++;
            var time = UtcTime.FromMinute(_first + round);
            await SettledAsync(cancellation);

            // Each comes after a wait of its own: what has just been used answers faster, and the poll for changes may fall anywhere into a
            // minute's path, as in life.
            if (beside)
            {
                await WaitAsync(cancellation);
                commits.Add((await _bare.RunAsync(time, cancellation)).TotalMilliseconds);
                await WaitAsync(cancellation);
                calls.Add((await _minutes.CallAsync(round)).TotalMilliseconds);
            }

            await _minutes.PublishFiveAsync(time, round);
            await WaitAsync(cancellation);
            var start = Stopwatch.GetTimestamp();
            await _minutes.PublishSixthAsync(time, round);
            published.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var (found, oneLook) = await _look.FindAsync(time, start, Longest, cancellation);
            derived.Add(found.TotalMilliseconds);
            looks.Add(oneLook.TotalMilliseconds);
            if (goesOn is not null && !await goesOn())
            {
                break;
            }
        }

        return new LiveTimes(
            new Samples("bare commit", "ms", commits),
            new Samples("call", "ms", calls),
            new Samples("publish", "ms", published),
            new Samples("derived", "ms", derived),
            new Samples("look", "ms", looks)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _bare.DisposeAsync();
        await _look.DisposeAsync();
        await _silo.DisposeAsync();
    }

    Task WaitAsync(CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(_random.Next(250)), TimeProvider.System, cancellation);

    async Task SettledAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await _server.ValueAsync<bool>(_unsettled, cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException("The silo did not work off what is due; the measurement is void.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }
}
