using System.Text.RegularExpressions;
using DxyOrleans.Client.Cli.Settings;

namespace DxyOrleans.Client.Tests.Deployment;

public sealed partial class SettingNamesTests
{
    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("compose/compose.yaml")]
    [InlineData("kubernetes/silos.yaml")]
    [InlineData("systemd/dxy-silo.service")]
    public void Every_variable_that_deployment_sets_is_a_setting(string file)
    {
        var known = Setting.All.Select(setting => setting.Variable).ToHashSet(StringComparer.Ordinal);
        var set = Variable().Matches(DeploymentFiles.Text(file)).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(set);
        Assert.All(set, variable => Assert.Contains(variable, known));
    }

    [GeneratedRegex("DXY_[A-Z_]+")]
    private static partial Regex Variable();
}
