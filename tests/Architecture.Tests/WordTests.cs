using System.Text.RegularExpressions;

namespace DxyOrleans.Architecture.Tests;

/// <summary>One word for one thing, the field's: names that were left behind don't come back.</summary>
public sealed partial class WordTests
{
    [Fact]
    public void No_name_is_made_of_a_word_that_was_left_behind()
    {
        string[] found =
        [
            .. new[] { "src", "tests", "bench" }
                .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Tree.Root, top), "*.cs", SearchOption.AllDirectories))
                .Where(file => !file.EndsWith("WordTests.cs", StringComparison.Ordinal))
                .SelectMany(file =>
                    Old().Matches(Names(File.ReadAllText(file))).Select(match => $"{Path.GetRelativePath(Tree.Root, file)}: {match.Value}")
                )
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Assert.Empty(found);
    }

    [Fact]
    public void The_rules_of_bars_know_no_migration()
    {
        string[] found =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Tree.Root, "src", "Core"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(file =>
                    OfMigration()
                        .Matches(Names(File.ReadAllText(file)))
                        .Select(match => $"{Path.GetRelativePath(Tree.Root, file)}: {match.Value}")
                ),
        ];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("namespace DxyOrleans.Core.Migration;", "Migration")]
    [InlineData("enum MigrationPhase { Copy = 4 }", "MigrationPhase")]
    [InlineData("readonly bool _isLegacyWriter;", "_isLegacyWriter")]
    [InlineData("// as a migration's plan has it", null)]
    [InlineData("enum DerivingVersion { Fresh = 2 }", null)]
    public void A_migrations_word_is_found_in_names_alone(string code, string? found) =>
        Assert.Equal(found is null ? [] : [found], OfMigration().Matches(Names(code)).Select(match => match.Value));

    [Theory]
    [InlineData("var taken = new TakenDue(due);", "TakenDue")]
    [InlineData("const int MostPages = 4; // MostPages", "MostPages")]
    [InlineData("// MostPages are few", null)]
    [InlineData("Log(\"MostPages\");", null)]
    [InlineData("const int MaxPages = 4;", null)]
    [InlineData("class LegacyShop;", "LegacyShop")]
    [InlineData("var shop = Open();", "shop")]
    [InlineData("readonly IShopProgram Program;", "IShopProgram")]
    [InlineData("role = \"dxy_shop\"; Workshops(bishop);", null)]
    public void A_word_is_found_in_names_alone(string code, string? found) =>
        Assert.Equal(found is null ? [] : [found], Old().Matches(Names(code)).Select(match => match.Value));

    // Without texts and comments.
    static string Names(string code) => NotNames().Replace(code, "");

    [GeneratedRegex(
        """
            \b(?:Rid(?:ing|e)[A-Z]\w*|RodeAsync|SetAside|TakenDue|StandingBars|Larger[A-Z]\w*|BulkPace\w*|IsBesideLive|Hindrances?|\w+Exam|FaultOf|FaultBook\w*
            |IndexLives|SufferAsync|ThankAsync|Zombies?\w*|Demand(?:[A-Z]\w*)?|\w*Lookout|\w*Pump|IsLooking|LookAsync|LogBlind|onlyUntold|onlyStuck
            |\w*Shops?(?:[A-Z]\w*)?|_?shops?(?:[A-Z]\w*)?|BesideIndex\w*|[lL]ookOut|[lL]ookout
            |(?:Most|Fewest|Longest)[A-Z]\w*|Least(?!Rights)[A-Z]\w*)\b
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Old();

    [GeneratedRegex(@"\w*(?:Migrat|Rollback|Rehears|CutOver|DualWrit|Legacy|Approv|RunState|RunSettings)\w*", RegexOptions.IgnoreCase)]
    private static partial Regex OfMigration();

    [GeneratedRegex(
        """
            //[^\n]*|\$*\"{3}[\s\S]*?\"{3}|\$?\@?\"(?:[^\"\\\n]|\\.)*\"
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex NotNames();
}
