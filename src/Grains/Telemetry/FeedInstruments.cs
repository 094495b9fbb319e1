using System.Diagnostics.Metrics;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Feeds;

namespace DxyOrleans.Grains.Telemetry;

/// <summary>What is measured of the feed, at the silo that holds its connection.</summary>
public sealed class FeedInstruments
{
    readonly Counter<long> _losses;
    readonly Counter<long> _messages;
    readonly Counter<long> _drops;
    readonly Histogram<double> _delivery;

    // Null while no feed runs here: another silo tells.
    volatile object? _connected;

    public FeedInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _losses = meter.CreateCounter<long>(TelemetryNames.FeedLosses, "{loss}", "Connections of the feed that were lost.");
        _messages = meter.CreateCounter<long>(TelemetryNames.FeedMessages, "{message}", "Bars and quotes of the feed that were taken.");
        _drops = meter.CreateCounter<long>(TelemetryNames.FeedDrops, "{message}", "What the feed told and is not told on.");
        _delivery = meter.CreateHistogram<double>(TelemetryNames.FeedDelivery, "s", "How long it took to store bars of the feed.");
        meter.CreateObservableGauge(
            TelemetryNames.FeedConnected,
            () => _connected is bool connected ? [new Measurement<int>(connected ? 1 : 0)] : Array.Empty<Measurement<int>>(),
            description: "Whether the feed that this silo holds is connected."
        );
    }

    public void Began() => _connected = false;

    public void Ended() => _connected = null;

    public void Connected() => _connected = true;

    public void Lost(FeedLossReason reason)
    {
        _connected = false;
        _losses.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Reason, reason.ToString()));
    }

    /// <param name="why"><c>unreadable</c>, <c>no_room</c> or <c>spike</c>.</param>
    /// <param name="messages">How many.</param>
    public void Dropped(string why, long messages) => _drops.Add(messages, new KeyValuePair<string, object?>(TelemetryNames.Reason, why));

    public void Delivered(int bars, TimeSpan took)
    {
        _messages.Add(bars, new KeyValuePair<string, object?>(TelemetryNames.Kind, "bar"));
        _delivery.Record(took.TotalSeconds);
    }

    public void Quoted(int quotes) => _messages.Add(quotes, new KeyValuePair<string, object?>(TelemetryNames.Kind, "quote"));
}
