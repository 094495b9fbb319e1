using System.Globalization;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

/// <summary>Bars published to a running silo, whose gateway's port DXY_GATEWAYPORT says, through the packages alone.</summary>
public sealed class PublishingTests : IAsyncLifetime
{
    static readonly UtcTime Minute = UtcTime.At(2019, 10, 7, 10);

    IHost? _host;

    IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        var port = int.Parse(Environment.GetEnvironmentVariable("DXY_GATEWAYPORT")!, CultureInfo.InvariantCulture);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort: port, serviceId: "dxy", clusterId: "dxy"));
        _host = builder.Build();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task Six_pairs_in_one_call_are_stored_and_told_equal_when_they_come_again()
    {
        (string Symbol, decimal Price)[] pairs =
        [
            ("EURUSD", 1.1m),
            ("USDJPY", 107m),
            ("GBPUSD", 1.23m),
            ("USDCAD", 1.33m),
            ("USDSEK", 9.88m),
            ("USDCHF", 0.99m),
        ];
        var message = new PublishBars(
            [
                .. pairs.Select(pair =>
                    Bar.Create(Series.Parse(pair.Symbol + "/1m"), Minute, pair.Price, pair.Price, pair.Price, pair.Price)
                ),
            ],
            "ingest"
        );
        var ingest = Grains.GetGrain<IIngestGrain>(0);

        var first = await ingest.PublishAsync(message, TestContext.Current.CancellationToken);
        var again = await ingest.PublishAsync(message, TestContext.Current.CancellationToken);

        Assert.Equal((6, 0), (first.New, first.Refused.Length));
        Assert.Equal((0, 6), (again.New, again.Equal));
    }

    [Fact]
    public async Task A_bar_of_a_symbol_that_nobody_registered_is_refused_with_the_reason()
    {
        var bar = Bar.Create(Series.Parse("NOSUCH/1m"), Minute, 1m, 1m, 1m, 1m);
        var result = await Grains
            .GetGrain<IIngestGrain>(0)
            .PublishAsync(new PublishBars([bar], "ingest"), TestContext.Current.CancellationToken);
        Assert.NotEmpty(Assert.Single(result.Refused).Bar.Reason);
    }
}
