using System.CommandLine;
using DxyOrleans.Client.Verbs.Migrate;

namespace DxyOrleans.Client.Verbs;

/// <summary>The verbs in the order <c>--help</c> lists them.</summary>
internal static class AllVerbs
{
    public static IEnumerable<Command> Create() =>
        [
            new DemoVerb(),
            new UpVerb(),
            new DownVerb(),
            new Command("db", "The database: url, apply, check, remove.")
            {
                new DbUrlVerb(),
                new DbApplyVerb(),
                new DbCheckVerb(),
                new DbRemoveVerb(),
            },
            new ImportVerb(),
            new BarsVerb(),
            new ExplainVerb(),
            new DeriveVerb(),
            new RollupVerb(),
            new VerifyVerb(),
            new GapsVerb(),
            new DueVerb(),
            new SymbolsVerb(),
            new ConfigVerb(),
            new CertificatesVerb(),
            new HealthVerb(),
            new ClusterVerb(),
            MigrateCommand.Create(),
            new ScriptVerb("test", "All tests, on a server of their own, or those whose name contains a FILTER.", "test Storage"),
            new ScriptVerb("bench", "The side-by-side measurements.", "bench --list"),
            new ScriptVerb(
                "publish",
                "One archive that runs on a machine without the SDK: silo, console, runtime, sql/, deploy files, licences.",
                "publish --out /tmp"
            ),
            new ScriptVerb("pack", "The packages that an Orleans client of the silos refers to, with their symbols.", "pack --out /tmp"),
        ];
}
