using System.Text.RegularExpressions;

namespace DxyOrleans.Delivery.Tests.Docs;

/// <summary>What a stranger finds first: whole, short, and true of the files that are there.</summary>
public sealed partial class DoorTests
{
    static IEnumerable<string> Decisions =>
        Directory
            .EnumerateFiles(Checkout.At("docs/adr"), "0*.md")
            .Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(Checkout.Root, file));

    [Fact]
    public void A_link_from_one_page_to_another_leads_somewhere()
    {
        var pages = Directory
            .EnumerateFiles(Checkout.At("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Checkout.Root, "*.md"));
        Assert.All(pages, page =>
            Assert.All(Link().Matches(File.ReadAllText(page)), link =>
                Assert.True(
                    Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value)),
                    $"{page}: {link.Groups[1].Value}"
                )
            )
        );
    }

    [Fact]
    public void The_readme_is_a_screen_with_one_picture_and_says_how_to_test()
    {
        var lines = File.ReadAllLines(Checkout.At("README.md"));
        Assert.InRange(lines.Length, 20, 80);
        Assert.Single(lines, "```mermaid");
        Assert.Contains(lines, line => line.StartsWith("./dxy test ", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_decision_is_under_a_screen_and_listed_with_its_title()
    {
        var list = Checkout.Text("docs/adr/README.md");
        Assert.True(Decisions.Count() >= 10);
        Assert.All(Decisions, page =>
        {
            var lines = File.ReadAllLines(Checkout.At(page));
            Assert.InRange(lines.Length, 10, 45);
            Assert.Equal(
                ["## Context", "## Decision", "## Consequences"],
                lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            );
            Assert.Contains(
                $"{lines[0][2..].Replace(". ", ". [", StringComparison.Ordinal)}]({Path.GetFileName(page)})",
                list,
                StringComparison.Ordinal
            );
        });
    }

    [Fact]
    public void The_files_that_a_recipe_names_exist()
    {
        var files = ((string[])["src", "sql", "tests"])
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.At(folder), "*", SearchOption.AllDirectories))
            .Select(Path.GetFileName)
            .ToHashSet(StringComparer.Ordinal);
        var text = Checkout.Text("CONTRIBUTING.md");
        var named = NamedFile().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count > 40);
        Assert.All(named, name => Assert.Contains(name, files));
        Assert.All(NamedFolder().Matches(text), folder => Assert.True(Directory.Exists(Checkout.At(folder.Groups[1].Value)), folder.Value));
    }

    [Fact]
    public void There_is_a_recipe_for_each_thing_that_is_added_often()
    {
        var recipes = Checkout
            .Text("CONTRIBUTING.md")
            .Split('\n')
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal))
            .Select(line => line[4..]);
        Assert.Superset(
            new HashSet<string>([
                "A file format",
                "A feed",
                "A phase's step",
                "A deriving version",
                "A timeframe",
                "An index",
                "A health check",
                "An endpoint",
                "A setting",
                "A migration of our own schema",
            ]),
            recipes.ToHashSet()
        );
    }

    [Fact]
    public void The_glossary_is_in_the_alphabet_s_order()
    {
        var words = Checkout
            .Text("docs/glossary.md")
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .Select(line => line.Split('|')[1].Trim())
            .ToList();
        Assert.Equal(words.Order(StringComparer.Ordinal), words);
    }

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([\w-]+\.(?:cs|sql|txt))`")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"`((?:src|sql|tests|bench)/[\w/]*)`")]
    private static partial Regex NamedFolder();
}
