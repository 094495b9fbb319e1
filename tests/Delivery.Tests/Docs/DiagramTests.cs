using System.Reflection;
using System.Text.RegularExpressions;

namespace DxyOrleans.Delivery.Tests.Docs;

/// <summary>The tour's diagrams against what they draw.</summary>
public sealed partial class DiagramTests
{
    [Fact]
    public void The_states_of_a_run_are_those_that_the_code_and_the_table_know()
    {
        var drawn = Arrow()
            .Matches(Diagram("stateDiagram-v2"))
            .SelectMany(arrow => new[] { arrow.Groups[1].Value, arrow.Groups[2].Value })
            .Where(state => state != "[*]")
            .ToHashSet(StringComparer.Ordinal);
        var coded = Enum.GetNames(Ours("RunState")).Select(Snake).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(coded, drawn.Order(StringComparer.Ordinal));

        // The last script that says which states the table takes.
        var check = Directory
            .EnumerateFiles(Checkout.At("sql"), "*.sql", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => RunStates().Match(File.ReadAllText(file)))
            .Last(match => match.Success);
        Assert.Equal(coded, Quoted().Matches(check.Value).Select(state => state.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_order_that_the_states_show_is_a_function_that_refuses_in_other_states()
    {
        var orders = Directory
            .EnumerateFiles(Checkout.At("sql"), "*.sql", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .SelectMany(text => Order().Matches(text))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var order in (string[])["start", "pause", "resume", "retry", "rollback", "purge", "abandon"])
        {
            Assert.Matches($@" : {order}\b", Diagram("stateDiagram-v2"));
            Assert.Contains(order, order == "start" ? ["start"] : orders);
        }
    }

    [Fact]
    public void The_tables_have_the_columns_that_are_drawn()
    {
        var ours = Checkout
            .Text("sql/checks/our_objects.txt")
            .Split('\n')
            .Where(line => line.StartsWith("column dxy.", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1]["dxy.".Length..])
            .ToHashSet(StringComparer.Ordinal);
        var bars = Column()
            .Matches(
                Directory
                    .EnumerateFiles(Checkout.At("sql"), "data_bars.sql", SearchOption.AllDirectories)
                    .Select(File.ReadAllText)
                    .Single(text => text.Contains("CREATE TABLE public.data_bars", StringComparison.Ordinal))
            )
            .Select(column => column.Groups[1].Value)
            .ToList();
        var entities = Entity().Matches(Diagram("erDiagram"));
        Assert.Equal(6, entities.Count);
        foreach (Match entity in entities)
        {
            var columns = entity.Groups[2].Value.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
            Assert.All(columns, column =>
                Assert.Contains(
                    column,
                    entity.Groups[1].Value == "data_bars"
                        ? bars
                        : ours.Where(one => one.StartsWith(entity.Groups[1].Value + ".", StringComparison.Ordinal))
                            .Select(one => one.Split('.')[1])
                )
            );
        }
    }

    [Fact]
    public void The_files_and_tables_on_a_bar_s_way_exist()
    {
        var diagram = Diagram("flowchart TD");
        var files = Directory
            .EnumerateFiles(Checkout.At("src"), "*.cs", SearchOption.AllDirectories)
            .Select(Path.GetFileName)
            .ToHashSet(StringComparer.Ordinal);
        var objects = Checkout.Text("sql/checks/our_objects.txt").Split('\n').ToHashSet(StringComparer.Ordinal);
        Assert.All(SourceFile().Matches(diagram), file => Assert.Contains(file.Value, files));
        Assert.All(Table().Matches(diagram), table => Assert.Contains("table " + table.Value, objects));
        Assert.NotEmpty(Table().Matches(diagram));
    }

    static string Diagram(string kind) =>
        string.Join('\n', Block.Of("docs/tour.md").Single(block => block.Kind == "mermaid" && block.Lines[0] == kind).Lines.Skip(1));

    // In whichever of our assemblies it is.
    static Type Ours(string name) =>
        Assemblies.Ours.SelectMany(assembly => assembly.GetTypes()).Single(type => type.Name == name && type.IsEnum);

    static string Snake(string name) => Capital().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex(@"(\S+) --> (\S+)")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"(?<=.)[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"'([a-z_]+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"CHECK \(state IN \('running', 'paused'[^)]*\)\)")]
    private static partial Regex RunStates();

    [GeneratedRegex(@"FUNCTION dxy\.migrate_(\w+)\(p_run")]
    private static partial Regex Order();

    [GeneratedRegex(@"(\w+) \{([^}]*)\}")]
    private static partial Regex Entity();

    [GeneratedRegex(@"^  (\w+) +[a-z]", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"\w+\.cs\b")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"\bdxy\.\w+")]
    private static partial Regex Table();
}
