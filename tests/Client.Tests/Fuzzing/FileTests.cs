using System.Globalization;
using System.IO.Compression;
using System.Text;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.Client.Commands.Import;
using DxyOrleans.Client.Commands.Symbols;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Tests.Fuzzing;

/// <summary>Files made to harm: what is held in memory of them stays small, and each is refused with its reason.</summary>
public sealed class FileTests : IDisposable
{
    const string Header = "symbol,ts_utc,open,high,low,close,volume\n";
    const string Good = "EURUSD,2019-10-01T00:00:00Z,1.08992,1.08995,1.08983,1.08984,0\n";

    readonly string _folder = Directory.CreateTempSubdirectory("dxy-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_gigabyte_without_a_line_end_is_refused_by_its_beginning_or_passed_over_in_flat_memory()
    {
        // Sparse: it takes no room on the disk.
        var path = Path.Combine(_folder, "EURUSD.csv");
        await using (var file = File.Create(path))
        {
            file.SetLength(1L << 40);
        }

        Assert.Equal(["binary-file"], (await ReadAsync(path)).Broken);

        await File.WriteAllTextAsync(path, new string('x', 200_000));
        Assert.Equal(["unknown-format"], (await ReadAsync(path)).Broken);

        var packed = Path.Combine(_folder, "long.csv.gz");
        await using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Header));
            var part = Enumerable.Repeat((byte)'7', 1 << 20).ToArray();
            for (var i = 0; i < 256; i++)
            {
                await gzip.WriteAsync(part);
            }

            await gzip.WriteAsync(Encoding.UTF8.GetBytes("\n" + Good));
        }

        // Another test's garbage may stand in the process too: a file of 256 MiB held whole would be far beyond.
        var before = GC.GetTotalMemory(true);
        var (bars, refused, broken) = await ReadAsync(packed);
        Assert.Equal((1, "line-too-long"), (bars, Assert.Single(refused)));
        Assert.Empty(broken);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task Bars_scattered_over_all_times_to_fill_the_memory_by_which_repeats_are_known_are_refused_beyond_it()
    {
        var path = Path.Combine(_folder, "scattered.csv.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        await using (var text = new StreamWriter(gzip))
        {
            await text.WriteAsync(Header);
            for (var i = 0; i < 530_000; i++)
            {
                var time = new DateTime(1900, 1, 1).AddMinutes(64L * i).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                await text.WriteAsync($"EURUSD,{time},1,1,1,1,0\n");
            }
        }

        var (bars, refused, _) = await ReadAsync(path);
        Assert.InRange(bars, 1 << 19, (1 << 19) + 1);
        Assert.Equal(530_000 - bars, refused.Count(code => code == "too-scattered"));
    }

    [Fact]
    public async Task An_archive_that_lists_a_million_files_is_refused_before_its_list_is_held()
    {
        var path = Path.Combine(_folder, "many.zip");
        await using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            for (var i = 0; i < 60_000; i++)
            {
                zip.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"{new string('d', 100)}/{i}.csv"));
            }
        }

        Assert.Equal(["broken-archive"], (await ReadAsync(path)).Broken);
    }

    [Fact]
    public async Task A_bomb_in_a_bomb_is_one_archive_and_its_inner_one_no_text()
    {
        var inner = new MemoryStream();
        await using (var gzip = new GZipStream(inner, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[1 << 20]);
        }

        var path = Path.Combine(_folder, "outer.zip");
        await using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            await using var entry = await zip.CreateEntry("EURUSD.csv").OpenAsync();
            await entry.WriteAsync(inner.ToArray());
        }

        Assert.Equal(["binary-file"], (await ReadAsync(path)).Broken);
    }

    [Fact]
    public async Task Names_in_an_archive_lead_nowhere_and_reach_a_terminal_without_their_controls()
    {
        var path = Path.Combine(_folder, "tricks.zip");
        string[] names =
        [
            "../../outside.csv",
            "/etc/cron.d/x.csv",
            "..\\..\\w.csv",
            "\u001b]0;title\u0007\u001b[2J\u202ereversed.csv",
            new string('n', 60_000) + ".csv",
        ];
        await using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            foreach (var name in names)
            {
                await using var entry = await zip.CreateEntry(name).OpenAsync();
                await entry.WriteAsync(Encoding.UTF8.GetBytes(Header + "EURUSD\n"));
            }
        }

        var files = new List<string>();
        await foreach (var batch in new BarFileReader(TimeProvider.System).Read(path, new()))
        {
            files.Add(Assert.Single(batch.Refused).ToString());
        }

        Assert.Equal(names.Length, files.Count);
        Assert.All(files, file =>
            Assert.True(
                file.Length < 1000 && file.StartsWith(path, StringComparison.Ordinal) && !file.Any(c => char.IsControl(c) || c == '\u202e'),
                file
            )
        );
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(_folder)!, "outside.csv")));
    }

    [Fact]
    public async Task Links_that_lead_round_in_circles_are_not_followed()
    {
        foreach (var link in (string[])["a", "b", "c"])
        {
            File.CreateSymbolicLink(Path.Combine(_folder, link), _folder);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "x.csv"), Header);
        Assert.Equal([Path.Combine(_folder, "x.csv")], BarFilePaths.Expand([_folder]));
    }

    [Fact]
    public async Task What_never_ends_or_is_too_large_is_no_settings_file_and_no_registry_file()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        var large = Path.Combine(_folder, "large.json");
        await using (var file = File.Create(large))
        {
            file.SetLength(1L << 40);
        }

        foreach (var path in (string[])["/dev/zero", large])
        {
            Assert.Equal("file-too-large", Assert.Throws<FaultException>(() => SettingsFile.Read(path)).Fault.Code);
            Assert.Equal("file-too-large", Assert.Throws<FaultException>(() => RegistryFile.Read(path)).Fault.Code);
        }
    }

    [Fact]
    public async Task A_named_pipe_that_nobody_writes_to_is_refused_at_once()
    {
        var pipe = Path.Combine(_folder, "bars.csv");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(made.ExitCode == 0, "mkfifo makes no pipes here");
        }

        var read = Task.Run(() => ReadAsync(pipe), TestContext.Current.CancellationToken);
        var (bars, _, broken) = await read.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(0, bars);
        Assert.Single(broken);
        Assert.Equal(0, FileSize.Unpacked(pipe));
    }

    static async Task<(int Bars, List<string> Refused, List<string> Broken)> ReadAsync(string path)
    {
        var bars = 0;
        var (refused, broken) = (new List<string>(), new List<string>());
        await foreach (var batch in new BarFileReader(TimeProvider.System).Read(path, new(), TestContext.Current.CancellationToken))
        {
            bars += batch.Bars.Count;
            refused.AddRange(batch.Refused.Select(row => row.Fault.Code));
            broken.AddRange(batch.Broken is { } fault ? [fault.Fault.Code] : []);
        }

        return (bars, refused, broken);
    }
}
