using DxyOrleans.Client.Commands.Migrate;

namespace DxyOrleans.Client.Cli;

/// <content>Puts the migration's part in.</content>
internal static partial class ConsoleModules
{
    static partial void AddMigrate(List<ConsoleModule> modules) => modules.Add(new MigrateModule());
}
