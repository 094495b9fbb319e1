using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DxyOrleans.Client.Tests.Deployment;

/// <summary>The alert rules fire when they should, by Prometheus' own program, and lead to a page that is there.</summary>
public sealed partial class AlertTests
{
    static string? Promtool { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator)
            .Append("/usr/bin")
            .Select(folder => System.IO.Path.Combine(folder, "promtool"))
            .FirstOrDefault(File.Exists);

    [Theory]
    [InlineData("check", "rules", "alerts.yaml")]
    [InlineData("test", "rules", "alerts_test.yaml")]
    [InlineData("check", "config", "prometheus.yaml")]
    public async Task Promtool_finds_them_right(string verb, string what, string file)
    {
        Assert.SkipWhen(Promtool is null, "promtool isn't installed here: apt-get install prometheus");
        using var promtool = Process.Start(
            new ProcessStartInfo(
                Promtool,
                what == "config"
                    ? [verb, what, "--syntax-only", DeploymentFiles.Path($"prometheus/{file}")]
                    : [verb, what, DeploymentFiles.Path($"prometheus/{file}")]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var (told, faults) = (
            promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(promtool.ExitCode == 0, await told + await faults);
    }

    [Fact]
    public void Each_alert_is_tested_and_leads_to_a_heading_that_is_there()
    {
        var (rules, tests) = (DeploymentFiles.Text("prometheus/alerts.yaml"), DeploymentFiles.Text("prometheus/alerts_test.yaml"));
        var alerts = Alert().Matches(rules).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}", tests, StringComparison.Ordinal));
        var books = Runbook().Matches(rules);
        Assert.Equal(alerts.Count, books.Count);
        foreach (var book in books.Select(match => match.Groups))
        {
            var page = File.ReadAllText(DeploymentFiles.Path($"../{book[1].Value}"));
            Assert.Contains(page.Split('\n').Where(line => line.StartsWith('#')), line =>
                line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-') == book[2].Value
            );
        }
    }

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"runbook_url: (\S+\.md)#(\S+)")]
    private static partial Regex Runbook();
}
