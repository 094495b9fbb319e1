using System.Diagnostics;

namespace DxyOrleans.EmbeddedPostgres.Tests;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void A_process_is_known_again_by_its_number_its_start_and_the_machines_start()
    {
        var self = ProcessIdentity.Of(Environment.ProcessId)!;
        Assert.Equal(ProcessCondition.Running, self.Condition);
        Assert.Equal(ProcessCondition.Gone, (self with { Start = self.Start + 1 }).Condition);
        Assert.Equal(ProcessCondition.Gone, (self with { Boot = "another" }).Condition);
        Assert.Null(ProcessIdentity.Of(0));
        Assert.Null(ProcessIdentity.Of(int.MaxValue));
    }

    [Fact]
    public async Task A_program_whose_name_has_brackets_and_spaces_is_read_like_any_other()
    {
        var folder = Directory.CreateTempSubdirectory("dxy-odd-");
        try
        {
            var program = Path.Combine(folder.FullName, "a) Z (b");
            File.Copy("/bin/sleep", program);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var process = Process.Start(program, "60");
            while (
                !(await File.ReadAllTextAsync($"/proc/{process.Id}/stat", TestContext.Current.CancellationToken)).Contains(
                    "a) Z (b",
                    StringComparison.Ordinal
                )
            )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            }

            Assert.Equal(ProcessCondition.Running, ProcessIdentity.Of(process.Id)!.Condition);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
