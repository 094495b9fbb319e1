using System.CommandLine;
using System.Text.RegularExpressions;
using DxyOrleans.Client.Commands;

namespace DxyOrleans.Client.Tests.Migrate;

/// <summary>What a migration advises can be typed as it stands there.</summary>
public sealed partial class AdviceTests
{
    static readonly string[] Places = ["src/Migration", "src/Client/Commands/Migrate"];

    [Fact]
    public void Every_option_that_a_migrations_messages_name_is_one()
    {
        var known = AllVerbs.Create().SelectMany(Options).ToHashSet(StringComparer.Ordinal);
        var named = Places
            .SelectMany(place => Directory.EnumerateFiles(Path.Combine(Root(), place), "*.cs", SearchOption.AllDirectories))
            .Append(Path.Combine(Root(), "sql/functions/orders/orders.sql"))
            .SelectMany(file =>
                File.ReadLines(file)
                    .Where(line =>
                        !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                        && !line.TrimStart().StartsWith("-- ", StringComparison.Ordinal)
                    )
                    .SelectMany(line => Named().Matches(line))
                    .Select(option => (Path.GetFileName(file), option.Value))
            )
            .Distinct()
            .ToList();
        Assert.Contains(named, one => one.Value == "--on-partial");
        Assert.DoesNotContain(named, one =>
            !known.Contains(one.Value)
            && one.Value is not ("--json" or "--verbose" or "--yes" or "--settings" or "--database" or "--home" or "--help")
        );
    }

    static IEnumerable<string> Options(Command command) =>
        command.Options.SelectMany(option => option.Aliases.Append(option.Name)).Concat(command.Subcommands.SelectMany(Options));

    static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No solution stands above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("--[a-z]+(-[a-z]+)*[a-z](?![a-z{-])")]
    private static partial Regex Named();
}
