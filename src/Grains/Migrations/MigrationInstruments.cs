using System.Diagnostics.Metrics;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Grains.Migrations;

/// <summary>What is measured of a migration, at the silo that carries it out.</summary>
public sealed class MigrationInstruments
{
    readonly Histogram<double> _portion;
    readonly Counter<double> _throttled;

    public MigrationInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _portion = meter.CreateHistogram<double>(MigrationTelemetry.Portion, "s", "How long a portion of a migration took.");
        _throttled = meter.CreateCounter<double>(MigrationTelemetry.Throttled, "s", "How long a migration rested for live bars.");
    }

    /// <param name="took">How long the portion took, its commit included.</param>
    /// <param name="rested">How long was rested after it.</param>
    public void Advanced(TimeSpan took, TimeSpan rested)
    {
        _portion.Record(took.TotalSeconds);
        _throttled.Add(rested.TotalSeconds);
    }
}
