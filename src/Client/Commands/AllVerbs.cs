using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Bars;
using DxyOrleans.Client.Commands.Calendar;
using DxyOrleans.Client.Commands.Certificates;
using DxyOrleans.Client.Commands.Cluster;
using DxyOrleans.Client.Commands.Compare;
using DxyOrleans.Client.Commands.Config;
using DxyOrleans.Client.Commands.Db;
using DxyOrleans.Client.Commands.Demo;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Client.Commands.Down;
using DxyOrleans.Client.Commands.Due;
using DxyOrleans.Client.Commands.Explain;
using DxyOrleans.Client.Commands.Gaps;
using DxyOrleans.Client.Commands.Health;
using DxyOrleans.Client.Commands.Import;
using DxyOrleans.Client.Commands.Keys;
using DxyOrleans.Client.Commands.Rollup;
using DxyOrleans.Client.Commands.Scripts;
using DxyOrleans.Client.Commands.Symbols;
using DxyOrleans.Client.Commands.Up;
using DxyOrleans.Client.Commands.Verify;
using DxyOrleans.Client.Commands.Watch;

namespace DxyOrleans.Client.Commands;

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
                new DbRetainVerb(),
                new DbRemoveVerb(),
            },
            new ImportVerb(),
            new BarsVerb(),
            new ExplainVerb(),
            new DeriveVerb(),
            new RollupVerb(),
            new VerifyVerb(),
            new CompareVerb(),
            new GapsVerb(),
            new CalendarVerb(),
            new WatchVerb(),
            new DueVerb(),
            new SymbolsVerb(),
            new ConfigVerb(),
            new CertificatesVerb(),
            new Command("keys", "API keys, by which programs read over HTTP: add, list, revoke.")
            {
                new KeysAddVerb(),
                new KeysListVerb(),
                new KeysRevokeVerb(),
            },
            new HealthVerb(),
            new ClusterVerb(),
            .. ConsoleModules.All.SelectMany(module => module.Verbs),
            new ScriptVerb("test", "All tests, on a server of their own, or those whose name contains a FILTER.", "test Storage"),
            new ScriptVerb(
                "fake-feed",
                "A server on this machine that speaks a vendor's protocol, faults included, to try a feed without a key.",
                "fake-feed massive --port 5055"
            ),
            new ScriptVerb("bench", "The side-by-side measurements.", "bench --list"),
            new ScriptVerb(
                "publish",
                "One archive that runs on a machine without the SDK: silo, console, runtime, sql/, deploy files, licences.",
                "publish --out /tmp"
            ),
            new ScriptVerb("pack", "The packages that an Orleans client of the silos refers to, with their symbols.", "pack --out /tmp"),
        ];
}
