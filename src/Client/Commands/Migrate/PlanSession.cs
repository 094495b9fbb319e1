using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>A call's database for a plan.</summary>
internal static class PlanSession
{
    /// <summary>The database as it is at this instant, for looking only: nothing is installed, and our schema need not be there. The
    /// caller's to dispose.</summary>
    public static async Task<PlanSnapshot> SnapshotAsync(this Session session, CancellationToken cancellation)
    {
        if (session.IsEmbedded)
        {
            // Our own server has nothing but what we put there.
            await session.DatabaseAsync(cancellation);
        }

        var settings = new DatabaseSettings
        {
            Connection = await session.ConnectionAsync(cancellation),
            ApplicationName = $"{Session.ApplicationName}-plan",
        };
        var snapshot = await PlanSnapshot.OpenAsync(settings, cancellation);
        try
        {
            var stands = await MigrationPlan.SeesOurSchemaAsync(snapshot.Data, cancellation)
                ? await SchemaVersion.ReadAsync(snapshot.Data, cancellation)
                : null;
            return stands is not null && SchemaVersion.Own.FaultWith(stands) is { } fault ? throw new SchemaException(fault) : snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }
}
