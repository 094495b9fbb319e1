using System.Text.RegularExpressions;

namespace DxyOrleans.Delivery.Tests.Docs;

/// <summary>docs/tour.md, walked from its first command to its last in one shell.</summary>
public sealed class TourTests
{
    const string Mark = "=== block ";

    [Fact(Explicit = true)]
    public async Task Every_command_of_the_tour_does_what_the_page_says_and_nothing_is_left_running()
    {
        await using var bench = new Bench();
        Directory.CreateDirectory(bench.Home);
        var steps = Steps();
        Assert.True(steps.Count > 8);
        var script = Path.Combine(bench.Folder, "tour.sh");
        await File.WriteAllLinesAsync(
            script,
            [
                "set -euo pipefail",
                $"cd '{Checkout.Root}'",
                .. steps.SelectMany((step, number) => step.Commands.Prepend($"echo '{Mark}{number}'")),
            ],
            TestContext.Current.CancellationToken
        );

        var said = await bench.RunAsync("bash", [script]);

        Assert.True(said.Code == 0, said.ToString());
        var outputs = said.Out.Split(Mark)[1..].Select(output => output.Split('\n').Select(line => line.Trim()).ToList()).ToList();
        foreach (var (step, output) in steps.Zip(outputs))
        {
            Assert.All(step.Prints, line =>
                Assert.True(output.Exists(Like(line).IsMatch), $"'{line}' is not in\n{string.Join('\n', output)}")
            );
        }

        Assert.False(Directory.EnumerateFiles(Path.Combine(bench.Home, "run"), "*.pid").Any());
    }

    [Fact]
    public void The_commands_are_such_as_bash_reads_and_each_output_follows_commands()
    {
        var kinds = Block.Of("docs/tour.md").Select(block => block.Kind).ToList();
        Assert.All(kinds, kind => Assert.Contains(kind, (string[])["sh", "text", "mermaid", "console"]));
        Assert.All(kinds.Index().Where(kind => kind.Item == "text"), text => Assert.Equal("sh", kinds[text.Index - 1]));
        Assert.Equal(3, kinds.Count(kind => kind == "mermaid"));
    }

    static List<(IReadOnlyList<string> Commands, IReadOnlyList<string> Prints)> Steps()
    {
        var steps = new List<(IReadOnlyList<string>, IReadOnlyList<string>)>();
        foreach (var block in Block.Of("docs/tour.md"))
        {
            switch (block.Kind)
            {
                case "sh":
                    steps.Add((block.Lines, []));
                    break;
                case "text":
                    steps[^1] = (steps[^1].Item1, block.Lines);
                    break;
            }
        }

        return steps;
    }

    // A line that is printed, blanks as they come; … is anything.
    static Regex Like(string line) =>
        new(
            "^" + Regex.Replace(Regex.Escape(line.Trim()), @"(\\ )+", @"\s+").Replace("…", ".*", StringComparison.Ordinal) + "$",
            RegexOptions.CultureInvariant
        );
}
