using DxyOrleans.Core.Texts;

namespace DxyOrleans.Core.Tests;

public sealed class EnumTextTests
{
    enum Way
    {
        Forward,
        RolledBack,
    }

    [Fact]
    public void A_value_is_spelled_in_lower_case_its_words_parted() =>
        Assert.Equal(["forward", "rolled_back"], Enum.GetValues<Way>().Select(way => way.Text()));

    [Fact]
    public void A_verdict_is_spelled_in_capitals() => Assert.Equal("ROLLED_BACK", Way.RolledBack.Capitals());

    [Theory]
    [InlineData("rolled_back")]
    [InlineData("ROLLED_BACK")]
    [InlineData("RolledBack")]
    [InlineData("rolledback")]
    public void Each_spelling_is_read_again(string text) => Assert.Equal(Way.RolledBack, EnumText.Parse<Way>(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("back")]
    [InlineData("forward, rolled_back")]
    public void What_names_none_is_refused_with_those_there_are(string text) =>
        Assert.Equal(
            $"'{text}' is no Way; there are forward, rolled_back.",
            Assert.Throws<FormatException>(() => EnumText.Parse<Way>(text)).Message
        );
}
