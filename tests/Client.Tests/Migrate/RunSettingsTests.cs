using System.Text;
using System.Text.Json;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

/// <summary>A run's settings against damage.</summary>
public sealed class RunSettingsTests
{
    [Fact]
    public Task A_runs_settings_are_read_or_refused() => Fuzz.RunAsync("json", 2000, input =>
        {
            try
            {
                _ = RunSettings.Parse(Encoding.UTF8.GetString(input));
            }
            catch (JsonException)
            {
                // What it says it does.
            }

            return Task.CompletedTask;
        });
}
