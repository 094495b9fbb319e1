using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>What was seen of one fault, one time.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Silence">Seconds of real time without a new minute of the index, at most.</param>
/// <param name="Calls">Calls that published a bar, repeated ones counted again.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="SlowestFailure">Seconds after which the slowest of these ended.</param>
/// <param name="Recovered">How the system came back.</param>
/// <param name="Acknowledged">Bars whose storing was answered.</param>
/// <param name="Lost">Of these, not in the table afterwards.</param>
/// <param name="Twice">Rows that stand twice.</param>
/// <param name="Other">Anything else that the checker found.</param>
public sealed record FaultSeen(
    string Fault, double Silence, int Calls, int Failed, double SlowestFailure, string Recovered, int Acknowledged, int Lost, int Twice, int Other);

/// <summary>
/// Keeps what was seen in <c>artifacts/faults.jsonl</c>, a line a try, and with <c>DXY_RELIABILITY=1</c> writes the table of <c>docs/reliability.md</c> from it.
/// Removing the file begins the book anew.
/// </summary>
public static class FaultBook
{
    const string Begin = "<!-- written by the fault suite: begin -->";
    const string End = "<!-- written by the fault suite: end -->";

    static readonly string Root = FindRoot();

    static string Kept => Path.Combine(Root, "artifacts", "faults.jsonl");

    public static void Add(FaultSeen seen)
    {
        File.AppendAllText(Kept, JsonSerializer.Serialize(seen) + "\n");
        TestContext.Current.TestOutputHelper?.WriteLine("    " + seen);
        if (Environment.GetEnvironmentVariable("DXY_RELIABILITY") is { Length: > 0 })
        {
            Write(Path.Combine(Root, "docs", "reliability.md"), [.. File.ReadLines(Kept).Select(line => JsonSerializer.Deserialize<FaultSeen>(line)!)]);
        }
    }

    /// <summary>The table, a row a fault, the worst of all tries in each.</summary>
    public static string Table(IReadOnlyCollection<FaultSeen> all)
    {
        var table = new StringBuilder();
        table.Append("| fault | tries | longest without a new DXY minute | calls | failed | slowest failure | recovered | bars acknowledged | lost | duplicated | wrong or undone |\n|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|\n");
        foreach (var fault in all.GroupBy(seen => seen.Fault).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            table.Append(CultureInfo.InvariantCulture,
                $"| {fault.Key} | {fault.Count()} | {fault.Max(seen => seen.Silence):0.0} s | {fault.Sum(seen => seen.Calls)} | {fault.Sum(seen => seen.Failed)} | {fault.Max(seen => seen.SlowestFailure):0.0} s | {fault.Last().Recovered} | {fault.Sum(seen => seen.Acknowledged)} | {fault.Sum(seen => seen.Lost)} | {fault.Sum(seen => seen.Twice)} | {fault.Sum(seen => seen.Other)} |\n");
        }

        return table.ToString();
    }

    static void Write(string page, IReadOnlyCollection<FaultSeen> all)
    {
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"{page} has lost the place of its table.");
        File.WriteAllText(page, $"{text[..begin]}{Begin}\n{Table(all)}{text[end..]}");
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside of their checkout.");
    }
}
