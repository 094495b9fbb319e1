using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class ApprovalRuleTests
{
    static readonly UtcTime Now = UtcTime.At(2024, 3, 4, 12);
    static readonly Approval Good = new("anna", 7, Now - TimeSpan.FromHours(1), Now + TimeSpan.FromHours(1));

    static Gate Judge(IReadOnlyList<Approval> approvals, long? verification = 7, bool isEqual = true, bool another = false) =>
        ApprovalRule.Judge(
            "deploy/approval",
            "deploy",
            approvals,
            verification,
            isEqual,
            Now,
            "bert",
            new RunSettings { ApproverIsNotStarter = another }
        );

    [Fact]
    public void One_that_stands_on_the_newest_verification_lets_go_on() => Assert.Equal(GateVerdict.Pass, Judge([Good]).Verdict);

    public static TheoryData<Approval, string> Faulty =>
        new()
        {
            { Good with { RevokedAt = Now, RevokedBy = "carl" }, "anna's was revoked by carl at 2024-03-04T12:00:00Z" },
            { Good with { ExpiresAt = Now }, "anna's expired at 2024-03-04T12:00:00Z" },
            { Good with { Verification = 6 }, "anna's rests on verification 6; 7 is newer" },
            { Good with { Role = "bert" }, "bert started the run, and may not approve it as well" },
        };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void One_that_does_not_is_told_with_its_fault_and_who_can_approve(Approval approval, string fault)
    {
        var gate = Judge([approval], another: true);

        Assert.Equal((GateVerdict.Fail, fault), (gate.Verdict, gate.Observed));
        Assert.Equal("'migrate approve deploy', by a role of dxy_approver of another role than bert", gate.Unblock);
    }

    [Theory]
    [MemberData(nameof(Faulty))]
    public void One_that_stands_counts_beside_one_that_does_not(Approval approval, string fault)
    {
        Assert.Equal(GateVerdict.Pass, Judge([approval, Good], another: true).Verdict);
        Assert.Equal(fault, Judge([approval], another: true).Observed);
    }

    [Fact]
    public void Nothing_can_be_approved_on_no_verification_or_one_that_found_differences()
    {
        Assert.Equal("nothing is verified yet", Judge([Good], verification: null).Observed);
        Assert.Equal("verification 7 is not equal", Judge([Good], isEqual: false).Observed);
    }
}
