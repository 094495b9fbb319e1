using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Migrations;

namespace DxyOrleans.Bench;

/// <content>What is measured of the migration.</content>
internal static partial class BenchRun
{
    static partial void AddMigrations(List<IMeasurement> measurements) =>
        measurements.AddRange([new CopyMeasurement(), new VerifyMeasurement(), new LiveCopyMeasurement(), new CaptureMeasurement()]);
}
