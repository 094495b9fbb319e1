using System.Diagnostics.Metrics;
using DxyOrleans.Core.Telemetry;

namespace DxyOrleans.Web.Stream;

/// <summary>What is measured of the stream.</summary>
sealed class StreamInstruments
{
    readonly Counter<long> _resets;

    public StreamInstruments(IMeterFactory meters, StreamHub hub)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _resets = meter.CreateCounter<long>(TelemetryNames.StreamResets, "{reset}", "Readers of the stream that were told to read anew.");
        meter.CreateObservableGauge(TelemetryNames.StreamReaders, () => hub.Readers, "{reader}", "Readers of the stream.");
    }

    public void Told(IReadOnlyList<StreamEvent> events)
    {
        if (events.Contains(StreamEvent.Reset))
        {
            _resets.Add(1);
        }
    }
}
