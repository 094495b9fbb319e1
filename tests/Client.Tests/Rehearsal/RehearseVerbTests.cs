namespace DxyOrleans.Client.Tests.Rehearsal;

public sealed class RehearseVerbTests
{
    [Theory]
    [InlineData("--rate", "1441")]
    [InlineData("--silos", "0")]
    [InlineData("--days", "0")]
    [InlineData("--bars", "10")]
    [InlineData("--on-partial", "perhaps")]
    public async Task A_number_out_of_its_range_is_refused_before_anything_is_made(string option, string value)
    {
        await using var dxy = Dxy.Alone();
        dxy.Variables["DXY_HOME"] = Path.Combine(dxy.Folder, "home");

        var called = await dxy.RunAsync("migrate", "rehearse", option, value);

        Assert.Equal(2, called.Code);
        Assert.False(Directory.Exists(Path.Combine(dxy.Folder, "home")));
    }
}
