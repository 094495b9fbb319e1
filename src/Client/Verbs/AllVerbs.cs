using System.CommandLine;

namespace DxyOrleans.Client.Verbs;

/// <summary>The verbs in the order <c>--help</c> lists them.</summary>
internal static class AllVerbs
{
    public static IEnumerable<Command> Create() =>
    [
        new DemoVerb(),
        new UpVerb(),
        new DownVerb(),
        new Command("db", "The database's schema.") { new DbUrlVerb(), new DbApplyVerb(), new DbCheckVerb(), new DbRemoveVerb() },
        new ImportVerb(),
        new BarsVerb(),
    ];
}
