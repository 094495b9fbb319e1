namespace DxyOrleans.Migration.Engine;

/// <summary>The names of what is measured of a migration; see <see cref="Core.Telemetry.TelemetryNames"/>.</summary>
public static class MigrationTelemetry
{
    /// <summary>Histogram, s: how long one portion of a migration took.</summary>
    public const string Portion = "dxy.migration.portion.duration";

    /// <summary>Counter, s: how long a migration rested so that live bars have their share.</summary>
    public const string Throttled = "dxy.migration.throttled.time";

    /// <summary>Gauge: the phase of the run that is under way, 0 to 9; by state.</summary>
    public const string Phase = "dxy.migration.phase";
}
