using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class CutOverRuleTests
{
    [Theory]
    [InlineData("ready", true)]
    [InlineData("approve", true)]
    [InlineData("21:30-22:45", true)]
    [InlineData("23:30-00:15", true)]
    [InlineData("21:30-21:30", false)]
    [InlineData("9:30-10:00", false)]
    [InlineData("24:00-25:00", false)]
    [InlineData("21:30", false)]
    [InlineData("tonight", false)]
    [InlineData("", false)]
    public void What_may_be_said_of_the_time_of_the_switch(string text, bool known) => Assert.Equal(known, CutOverRule.IsKnown(text));

    [Theory]
    [InlineData("21:30-22:45", 21, 29, GateVerdict.Fail)]
    [InlineData("21:30-22:45", 21, 30, GateVerdict.Pass)]
    [InlineData("21:30-22:45", 22, 44, GateVerdict.Pass)]
    [InlineData("21:30-22:45", 22, 45, GateVerdict.Fail)]
    [InlineData("23:30-00:15", 23, 45, GateVerdict.Pass)]
    [InlineData("23:30-00:15", 0, 14, GateVerdict.Pass)]
    [InlineData("23:30-00:15", 12, 0, GateVerdict.Fail)]
    [InlineData("ready", 12, 0, GateVerdict.Pass)]
    [InlineData("approve", 12, 0, GateVerdict.Fail)]
    public void A_window_lets_the_switch_through_while_it_is_open(string when, int hour, int minute, GateVerdict verdict) =>
        Assert.Equal(
            verdict,
            CutOverRule.Judge("g", new RunSettings { CutOver = when }, [], UtcTime.At(2024, 11, 5, hour, minute), "ann").Verdict
        );

    [Fact]
    public void An_approval_lets_it_through_until_it_expires_or_is_taken_back()
    {
        var now = UtcTime.At(2024, 11, 5, 12);
        var settings = new RunSettings { CutOver = "approve" };
        var good = new Approval("bob", 7, now, now + TimeSpan.FromHours(1));
        Assert.Equal(GateVerdict.Pass, CutOverRule.Judge("g", settings, [good], now, "ann").Verdict);
        Assert.Equal(GateVerdict.Fail, CutOverRule.Judge("g", settings, [good], now + TimeSpan.FromHours(2), "ann").Verdict);
        Assert.Equal(
            GateVerdict.Fail,
            CutOverRule.Judge("g", settings, [good with { RevokedAt = now, RevokedBy = "ann" }], now, "ann").Verdict
        );
        Assert.Equal(GateVerdict.Fail, CutOverRule.Judge("g", settings with { ApproverIsNotStarter = true }, [good], now, "bob").Verdict);
    }
}
