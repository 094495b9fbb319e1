using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// From the call that publishes the sixth bar of a minute to the commit of the DXY row, beside a bare commit of one row.
/// The silo is a process of its own and this is an Orleans client: what a feed outside the silo pays, and no measuring inside what is measured.
/// </summary>
internal sealed class LiveMeasurement : IMeasurement
{
    const int WarmUp = 60;
    const int Minutes = 200;

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    public string Name => "live";

    public string What => "the sixth bar's publishing to the DXY row's commit, p50 and p99, beside a bare commit of one row";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        await BareCopy.RunAsync(server.Data, "bench.data_bars", [.. server.Input.Bars.Select(bar => new BarRow(bar))], BarSource.Ingest, cancellation);
        await server.SettleAsync(cancellation);

        await using var silo = SiloProcess.Start(server, "--Feed", "none");
        await silo.ReadyAsync(cancellation);
        using var client = await ConnectAsync(silo, cancellation);
        await using var bare = await BareCommit.OpenAsync(server.Data, cancellation);
        await using var look = await BarLook.OpenAsync(server.Data, cancellation);
        var minutes = new LiveMinutes(client.Services.GetRequiredService<IGrainFactory>());
        var (commits, published, derived, looks) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var random = new Random(1);
        // Minutes that have ended, so that they are derived at once; the newest of them still before now when this ends.
        var first = UtcTime.From(TimeProvider.System.GetUtcNow()).Minute - (Minutes * rounds) - WarmUp - 10;
        for (var i = 0; i < WarmUp + (Minutes * rounds); i++)
        {
            var time = UtcTime.FromMinute(first + i);
            await SettledAsync(server, cancellation);
            var commit = await bare.RunAsync(time, cancellation);
            await minutes.PublishFiveAsync(time, i);

            // The poll for changes may fall anywhere into a minute's path, as in life.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(250)), TimeProvider.System, cancellation);
            var start = Stopwatch.GetTimestamp();
            await minutes.PublishSixthAsync(time, i);
            var answered = Stopwatch.GetElapsedTime(start);
            var (found, oneLook) = await look.FindAsync(time, start, Longest, cancellation);
            if (i >= WarmUp)
            {
                commits.Add(commit.TotalMilliseconds);
                published.Add(answered.TotalMilliseconds);
                derived.Add(found.TotalMilliseconds);
                looks.Add(oneLook.TotalMilliseconds);
            }
        }

        await client.StopAsync(cancellation);
        return Tell(new Samples("bare commit", "ms", commits), new Samples("publish", "ms", published), new Samples("derived", "ms", derived), new Samples("look", "ms", looks));
    }

    Result Tell(Samples commits, Samples published, Samples derived, Samples looks) => new(Name,
        [
            new Ratio(new Samples("sixth bar to DXY row, p50 by a bare commit's p50", "×", [derived.Median / commits.Median]), Aim.OfAtMost(3)),
            new Ratio(new Samples("sixth bar to DXY row, p99 by a bare commit's p50", "×", [derived.Percentile(0.99) / commits.Median]), Aim.OfAtMost(40)),
        ],
        [
            commits.At("bare commit of one row, p50", 0.5), commits.At("bare commit of one row, p99", 0.99),
            published.At("sixth bar published: call to answer, after its commit, p50", 0.5),
            derived.At("sixth bar published to DXY row committed, p50", 0.5), derived.At("sixth bar published to DXY row committed, p90", 0.9), derived.At("sixth bar published to DXY row committed, p99", 0.99),
            looks.At("one look of the loop that watches for the row, p50 (the resolution)", 0.5),
        ],
        [
            $"{derived.Values.Count} minutes after {WarmUp} thrown away, in a table that holds the files' rows; a silo as a process of its own, called by an Orleans client.",
            "The watching loop begins when the sixth call is answered and takes a share of one core; nothing is subtracted for it.",
            "Before each minute all due work is done, so that minutes don't stand in each other's way; the sixth bar comes at a random part of the silo's poll.",
        ]);

    static async Task<IHost> ConnectAsync(SiloProcess silo, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(orleans => orleans.UseLocalhostClustering(silo.GatewayPort, SiloProcess.ServiceId, silo.ClusterId));
        var host = builder.Build();
        await host.StartAsync(cancellation);
        return host;
    }

    static async Task SettledAsync(BenchServer server, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await server.ValueAsync<bool>("SELECT EXISTS (SELECT FROM dxy.change) OR EXISTS (SELECT FROM dxy.due WHERE to_ts <= dxy.now())", cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException("The silo did not work off what is due; the measurement is void.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }
}
