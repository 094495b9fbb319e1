using System.CommandLine;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate</c>: moving a symbol's 1m bars from the old table to the new one, and the way back.</summary>
internal static class MigrateCommand
{
    public static Command Create() =>
        new("migrate", "Moves a host's 1m bars of an index from derived_data_bars to data_bars; reversible until the purge.")
        {
            new MigratePlanVerb(),
            new MigrateShadowVerb(),
            new MigrateRehearseVerb(),
            new MigrateStartVerb(),
            new MigrateListVerb(),
            new MigrateStatusVerb(),
            new MigrateWatchVerb(),
            new MigrateExplainVerb(),
            new MigrateConflictsVerb(),
            new MigrateDecideVerb(),
            new MigrateSetVerb(),
            new MigrateAckVerb(),
            new MigratePauseVerb(),
            new MigrateResumeVerb(),
            new MigrateRetryVerb(),
            new MigrateThrottleVerb(),
            new MigrateApprovalVerb("approve"),
            new MigrateApprovalVerb("revoke"),
            new MigrateRollbackVerb(),
            new MigrateRestoreVerb(),
            new MigrateAbandonVerb(),
            new MigrateVerifyVerb(),
            new MigratePurgeVerb(),
            new MigrateAuditVerb(),
            new MigrateReportVerb(),
        };
}
