using System.Text.RegularExpressions;

namespace DxyOrleans.Client.Tests.Deployment;

public sealed partial class OperationsTests
{
    [Fact]
    public void Every_check_that_can_alarm_has_a_row_that_says_what_to_do()
    {
        var page = File.ReadAllText(DeploymentFiles.Path("../docs/operations.md"));
        var checks = Check()
            .Matches(File.ReadAllText(DeploymentFiles.Path("../src/Core/Health/HealthRules.cs")))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToList();
        Assert.InRange(checks.Count, 10, 30);
        Assert.All(checks, check => Assert.Matches($@"\| {check} \| .+ \| .+ \|", page));
    }

    [GeneratedRegex("new(?: HealthCheck)?\\(\\s*\"([a-z ]+)\"")]
    private static partial Regex Check();
}
