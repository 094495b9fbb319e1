using System.Diagnostics;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Client.Commands.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Tests.Conventions;

public sealed class OutputTests
{
    [Theory]
    [InlineData(
        "config > /dev/full",
        1,
        "dxy: standard output can't be written: No space left on device; what was printed is not whole.\n"
    )]
    [InlineData(
        "--help > /dev/full",
        1,
        "dxy: standard output can't be written: No space left on device; what was printed is not whole.\n"
    )]
    [InlineData(
        "config --json > /dev/full",
        1,
        "dxy: standard output can't be written: No space left on device; what was printed is not whole.\n"
    )]
    [InlineData("config | true", 141, "")]
    [InlineData("no-such-verb 2> /dev/full", 2, "")]
    public async Task Output_that_can_not_be_written_ends_with_one_line_and_1_and_a_pipe_without_a_reader_quietly(
        string call,
        int code,
        string error
    )
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        var (ended, told) = await ShellAsync(
            call.EndsWith("| true", StringComparison.Ordinal)
                ? "{ sleep 0.5; $DXY config; echo code $? >&2; } | true"
                : $"$DXY {call}; echo code $? >&2"
        );
        Assert.Equal($"{error}code {code}\n", told.Replace("\r", "", StringComparison.Ordinal));
        Assert.Equal(0, ended);
    }

    [Fact]
    public void Columns_stand_apart_whatever_stands_in_them_and_whatever_comes_later()
    {
        var writer = new StringWriter();
        var text = new BarTableText(writer);
        text.Add(Row("1.09610000", "1"));
        text.Begin();
        text.Add(Row("1.09610000", "1234567.8999999999"));
        text.Add(Row("123456789012.12345678", "123456789012345678.123456789012"));
        text.Add(Row("1.09610000", "1"));
        var lines = writer.ToString().TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Equal(7, line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Contains("1.09610000  1234567.8999999999", lines[2], StringComparison.Ordinal);
        Assert.Contains("123456789012.12345678  123456789012345678.123456789012", lines[3], StringComparison.Ordinal);
        Assert.Equal(lines[3].Length, lines[4].Length);
    }

    static ExportedBar Row(string price, string volume) =>
        new(
            new Series(Symbol.Parse("EURUSD"), Timeframe.OneMinute),
            UtcTime.At(2019, 10, 9),
            price,
            price,
            price,
            price,
            volume,
            null,
            "0",
            false,
            "ingest",
            null,
            "{}",
            null,
            null
        );

    static async Task<(int Code, string Error)> ShellAsync(string script)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "DxyOrleans.sln")))
        {
            root = root.Parent;
        }

        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DXY"] =
            $"{Environment.ProcessPath} exec {root!.FullName}/artifacts/bin/DxyOrleans.Client/release/dxy-console.dll";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }
}
