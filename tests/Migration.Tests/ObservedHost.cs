using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Migration.Tests;

/// <summary>A host under dual write whose readers are switched, with a run in one of the phases after that.</summary>
public sealed class ObservedHost : IAsyncDisposable
{
    public const string Name = "observed";

    ObservedHost(TestHost host) => TestHost = host;

    public TestHost TestHost { get; }

    public FakeTimeProvider RealTime { get; } = new(TestHost.Open.ToDateTimeOffset());

    /// <param name="server">Where.</param>
    /// <param name="step">The step the run is at.</param>
    /// <param name="settings">Of the run.</param>
    public static async Task<ObservedHost> OpenAsync(TestServer server, IMigrationStep step, RunSettings? settings = null)
    {
        var host = await TestHost.OpenAsync(server);
        var target = (await RunTarget.ReadAsync(host.Data, TestHost.Token)).Replace("'", "''", StringComparison.Ordinal);
        await host.AtAsync(TestHost.Open);
        await host.RunAsync(
            $"""
            SELECT dxy.flip_route('DXY', 'both_read_new');
            SELECT dxy.migrate_start('{Name}', 'DXY', '{(settings ?? new RunSettings()).ToJson()}', '{target}');
            UPDATE dxy.run SET phase = {(int)step.Phase}, step = '{step.Name}';
            SELECT dxy.touch_on(); INSERT INTO dxy.watched VALUES ('DXY', '{Name}', dxy.now());
            """
        );
        return new ObservedHost(host);
    }

    /// <summary>Bars of the six pairs for minutes after <see cref="TestHost.Open"/>, and what is derived from them once they are
    /// over.</summary>
    public async Task TradeAsync(int from, int count)
    {
        await TestHost.StoreAsync(Enumerable.Range(from, count).SelectMany(minute => TestHost.AllSix(minute, minute % 7 * 0.0001m)));
        await TestHost.AtAsync(TestHost.Minute(from + count) + TimeSpan.FromSeconds(30));
        await TestHost.DrainAsync();
    }

    /// <summary>As <see cref="TradeAsync"/>, but everything is laid aside, for <see cref="ArriveAsync"/> to bring minute by
    /// minute.</summary>
    public async Task TradeAheadAsync(int from, int count)
    {
        await TradeAsync(from, count);
        await TestHost.RunAsync(
            $"""
            CREATE TABLE ahead AS SELECT * FROM data_bars WHERE ts_utc >= '{TestHost.Minute(from)}';
            CREATE TABLE ahead_derived AS SELECT * FROM derived_data_bars WHERE ts_utc + dxy.length_of(timeframe) > '{TestHost.Minute(
                from
            )}';
            CREATE INDEX ON ahead (ts_utc);
            CREATE INDEX ON ahead_derived (ts_utc);
            DELETE FROM data_bars WHERE ts_utc >= '{TestHost.Minute(from)}';
            DELETE FROM derived_data_bars WHERE ts_utc + dxy.length_of(timeframe) > '{TestHost.Minute(from)}';
            TRUNCATE dxy.change, dxy.due, dxy.touch;
            """
        );
    }

    /// <summary>Brings what was laid aside of a minute, and the buckets that end with it, as the derivers would.</summary>
    public Task ArriveAsync(int minute) =>
        TestHost.RunAsync(
            $"""
            SELECT dxy.hold_route('DXY');
            INSERT INTO data_bars SELECT * FROM ahead WHERE ts_utc = '{TestHost.Minute(minute)}';
            INSERT INTO derived_data_bars SELECT * FROM ahead_derived AS a
            WHERE a.ts_utc IN ('{TestHost.Minute(minute)}', '{TestHost.Minute(minute - 4)}', '{TestHost.Minute(
                minute - 59
            )}') AND a.ts_utc + dxy.length_of(a.timeframe) = '{TestHost.Minute(minute + 1)}';
            """
        );

    /// <summary>One call of the step, at a minute after <see cref="TestHost.Open"/> and half a minute.</summary>
    public async Task<StepOutcome> AdvanceAsync(
        IMigrationStep step,
        int? minute = null,
        Func<string, CancellationToken, Task>? interrupt = null
    )
    {
        if (minute is { } number)
        {
            await TestHost.AtAsync(TestHost.Minute(number) + TimeSpan.FromSeconds(30));
        }

        var ledger = new RunLedger(TestHost.Data);
        var run = await ledger.FindAsync(Name, TestHost.Token) ?? throw new InvalidOperationException("There is no run.");
        return await step.AdvanceAsync(
            new RunContext(run, await ledger.StepsAsync(Name, TestHost.Token), TestHost.Data, RealTime, interrupt),
            TestHost.Token
        );
    }

    /// <summary>Of the newest sample: its verdict, and what did not pass.</summary>
    public Task<string?> SampleAsync() =>
        TestHost.ValueAsync<string>(
            """
            SELECT s.verdict || coalesce(' ' || (SELECT string_agg(c->>'name', ' ' ORDER BY c->>'name') FROM jsonb_array_elements(s.checks)
              AS c WHERE c->>'status' <> 'PASS'), '')
            FROM dxy.run_sample AS s ORDER BY s.at DESC LIMIT 1
            """
        );

    /// <summary>The first of the outcome's gates of that name, its verdict and what was seen.</summary>
    public static string Gate(StepOutcome outcome, string name)
    {
        var gates = outcome switch
        {
            StepOutcome.Waiting waiting => waiting.Gates,
            StepOutcome.Done done => done.Gates,
            _ => throw new InvalidOperationException($"{outcome} has no gates."),
        };
        var gate = gates.First(gate => gate.Name == name);
        return $"{gate.Verdict.ToString().ToUpperInvariant()} {gate.Observed}";
    }

    public ValueTask DisposeAsync() => TestHost.DisposeAsync();
}
