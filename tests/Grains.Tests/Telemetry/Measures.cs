using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DxyOrleans.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace DxyOrleans.Grains.Tests.Telemetry;

/// <summary>What a test's own silo measures.</summary>
sealed class Measures : IDisposable
{
    readonly MeterListener _listener = new();
    readonly ConcurrentQueue<(string Name, double Value, string Tags)> _told = [];

    public Measures(GrainCluster cluster)
    {
        var factory = cluster.Cluster.GetSiloServiceProvider().GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Source && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What was told under a name, in order, of these labels; each as <c>name=value</c> with blanks between.</summary>
    public double[] Of(string name, string tags = "") =>
        [.. _told.Where(one => one.Name == name && one.Tags == tags).Select(one => one.Value)];

    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _told.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
}
