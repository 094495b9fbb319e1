using System.Globalization;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class RunNumberTests
{
    public static TheoryData<string> Names => [.. RunNumber.All.Select(number => number.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_number_is_stored_under_the_name_that_settings_are_read_by(string name)
    {
        var number = RunNumber.All.Single(one => one.Name == name);
        foreach (var value in new[] { number.Least, number.Most })
        {
            var text = number.Parse(value.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(value, number.Read(RunSettings.Parse($$"""{"{{number.Json}}": {{text}}}""")));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_run_has_when_nothing_is_said_is_in_range(string name)
    {
        var number = RunNumber.All.Single(one => one.Name == name);
        Assert.InRange(number.Read(new RunSettings()), number.Least, number.Most);
    }

    [Theory]
    [InlineData("batch-ms", "9")]
    [InlineData("batch-ms", "2001")]
    [InlineData("batch-ms", "1.5")]
    [InlineData("batch-rows", "many")]
    [InlineData("max-wal", "NaN")]
    [InlineData("retention-days", "-1")]
    public void What_is_out_of_range_is_refused_with_the_range(string name, string text)
    {
        var number = RunNumber.All.Single(one => one.Name == name);
        var refused = Assert.Throws<FormatException>(() => number.Parse(text));
        Assert.Contains(number.Most.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }
}
