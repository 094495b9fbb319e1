using DxyOrleans.Client.Rehearsal;

namespace DxyOrleans.Client.Tests.Rehearsal;

public sealed class RehearsalOwnerTests
{
    [Fact]
    public void Only_what_a_console_that_is_gone_left_counts_as_abandoned()
    {
        var below = Directory.CreateTempSubdirectory("dxy-owner-").FullName;
        try
        {
            RehearsalOwner.Claim(Path.Combine(below, "mine"));
            RehearsalOwner.Claim(Path.Combine(below, "kept"));
            RehearsalOwner.Release(Path.Combine(below, "kept"));
            RehearsalOwner.Claim(Path.Combine(below, "left"));
            File.WriteAllText(Path.Combine(below, "left", "owner"), $"{Environment.ProcessId} 1");

            Assert.Equal([Path.Combine(below, "left")], RehearsalOwner.Abandoned(below));
            Assert.Empty(RehearsalOwner.Abandoned(Path.Combine(below, "nowhere")));
        }
        finally
        {
            Directory.Delete(below, recursive: true);
        }
    }
}
