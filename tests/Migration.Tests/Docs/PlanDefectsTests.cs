using System.Text.RegularExpressions;

namespace DxyOrleans.Migration.Tests.Docs;

/// <summary>What docs/plan-defects.md says is shown by tests that exist.</summary>
public sealed partial class PlanDefectsTests
{
    static readonly (string Prefix, int Count)[] Findings =
    [
        ("X", 11),
        ("P1.", 6),
        ("P2.", 16),
        ("P3.", 21),
        ("P4.", 12),
        ("P5.", 4),
        ("P6.", 4),
        ("P7.", 3),
        ("P8.", 9),
        ("P9.", 3),
        ("R", 8),
        ("A8.", 6),
    ];

    [Fact]
    public void Every_finding_has_one_row()
    {
        var expected = Findings.SelectMany(finding => Enumerable.Range(1, finding.Count).Select(number => $"{finding.Prefix}{number}"));
        Assert.Equal(expected, Rows().Select(row => row.Id));
    }

    [Fact]
    public void Every_row_says_what_is_done_and_names_a_test_or_why_it_cant_occur()
    {
        Assert.All(Rows(), row =>
        {
            Assert.NotEmpty(row.Defect);
            Assert.NotEmpty(row.Instead);
            Assert.True(Cited().IsMatch(row.Shown) || row.Instead.StartsWith("Can't occur: ", StringComparison.Ordinal), row.Id);
        });
    }

    [Fact]
    public void Every_test_that_is_cited_exists()
    {
        var tests = Directory
            .EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(Tests)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Contains("PlanDefectsTests.Every_finding_has_one_row", tests);
        Assert.All(Rows(), row =>
            Assert.All(Quoted().Matches(row.Shown), quoted =>
                Assert.True(tests.Contains(quoted.Groups[1].Value), $"{row.Id} cites {quoted.Groups[1].Value}, which is no test")
            )
        );
    }

    static IEnumerable<string> Tests(string file)
    {
        var type = Path.GetFileNameWithoutExtension(file);
        return Test().Matches(File.ReadAllText(file)).Select(test => $"{type}.{test.Groups[1].Value}");
    }

    static IReadOnlyList<(string Id, string Defect, string Instead, string Shown)> Rows() =>
        [
            .. File.ReadLines(Path.Combine(Root(), "docs", "plan-defects.md"))
                .Where(line =>
                    line.StartsWith('|')
                    && !line.StartsWith("| id |", StringComparison.Ordinal)
                    && !line.StartsWith("|---", StringComparison.Ordinal)
                )
                .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
                .Select(cells =>
                    cells is [var id, var defect, var instead, var shown]
                        ? (id, defect, instead, shown)
                        : throw new FormatException($"not a row of four cells: {string.Join('|', cells)}")
                ),
        ];

    static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"DxyOrleans.sln is in no folder above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex Cited();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    // A fact or a theory with its rows, then the method.
    [GeneratedRegex(
        @"\[(?:Fact|Theory)\b[^\n]*\](?:(?!\[(?:Fact|Theory)\b).)*?public (?:async )?(?:Task|void|ValueTask) (\w+)\(",
        RegexOptions.Singleline
    )]
    private static partial Regex Test();
}
