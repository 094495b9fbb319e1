using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.CleanUp;
using DxyOrleans.Migration.Steps.Copy;
using DxyOrleans.Migration.Steps.Deploy;
using DxyOrleans.Migration.Steps.Derive;
using DxyOrleans.Migration.Steps.Observe;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Migration.Steps.Purge;
using DxyOrleans.Migration.Steps.Schema;
using DxyOrleans.Migration.Steps.SwitchReads;
using DxyOrleans.Migration.Steps.Test;

namespace DxyOrleans.Migration.Steps;

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
