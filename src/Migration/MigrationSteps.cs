using DxyOrleans.Core.Migration;
using DxyOrleans.Migration.Phases;
using DxyOrleans.Migration.Phases.CleanUp;
using DxyOrleans.Migration.Phases.Copy;
using DxyOrleans.Migration.Phases.Deploy;
using DxyOrleans.Migration.Phases.Derive;
using DxyOrleans.Migration.Phases.Observe;
using DxyOrleans.Migration.Phases.PreFlight;
using DxyOrleans.Migration.Phases.Purge;
using DxyOrleans.Migration.Phases.Schema;
using DxyOrleans.Migration.Phases.SwitchReads;
using DxyOrleans.Migration.Phases.Test;

namespace DxyOrleans.Migration;

/// <summary>Every step of a migration, in order; undoing goes through them backwards.</summary>
public static class MigrationSteps
{
    public static IReadOnlyList<IMigrationStep> All { get; } =
    [
        new ChecksStep(),
        new BackupStep(),
        new BaselineStep(),
        new ColumnsStep(),
        new KeysStep(),
        new SourceCheckStep(),
        new ProofStep(),
        new FunctionStep(),
        new ShadowStep(),
        new RegisterStep(),
        new OwnershipStep(),
        new DualWriteStep(),
        new FenceStep(),
        new CatchUpStep(),
        new QuietStep(),
        new CanaryStep(),
        new PartialsStep(),
        new ConflictsStep(),
        new BarsStep(),
        new VerifyStep(),
        new ReadsStep(),
        new RegistryStep(),
        new BucketsStep(),
        new RollupsStep(),
        new PricesStep(),
        new ParityStep(),
        new ApprovalStep("deploy/approval", MigrationPhase.Deploy, "deploy"),
        new RestartStep(),
        new SettledStep(),
        new WindowStep(),
        new ApprovalStep("observe/approval", MigrationPhase.Observe, "cleanup"),
        new OldWritesOffStep(),
        new RemoveStep(),
        new RemovalProofStep(),
        new RowsStep(),
    ];
}
