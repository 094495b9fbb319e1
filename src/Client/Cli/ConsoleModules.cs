namespace DxyOrleans.Client.Cli;

/// <summary>The parts of the console that are there. Each puts itself in from its own folder; a call of one that was taken away is compiled
/// away.</summary>
internal static partial class ConsoleModules
{
    public static IReadOnlyList<ConsoleModule> All { get; } = Find();

    static List<ConsoleModule> Find()
    {
        List<ConsoleModule> found = [];
        AddMigrate(found);
        return found;
    }

    static partial void AddMigrate(List<ConsoleModule> modules);
}
