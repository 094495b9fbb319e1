using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class ArchiveAndFolderTests : IDisposable
{
    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_gzip_is_known_by_its_content_whatever_its_name()
    {
        var read = await BarFile.Read(_file.Write("some.csv", BarFile.Gzip(BarFile.Header + BarFile.Good)));

        Assert.Single(read.Bars);
    }

    [Fact]
    public async Task A_gzip_of_several_members_is_read_to_its_end()
    {
        byte[] members = [.. BarFile.Gzip(BarFile.Header + BarFile.Good), .. BarFile.Gzip(BarFile.AlsoGood)];

        Assert.Equal(2, (await BarFile.Read(_file.Write("some.csv.gz", members))).Bars.Count);
    }

    [Fact]
    public async Task Every_entry_of_a_zip_is_a_file_of_its_own_and_the_report_beside_the_data_is_left()
    {
        var zip = BarFile.Zip(
            ("DAT_ASCII_EURUSD_M1_2019.csv", "20190930 190500;1.1;1.2;1.0;1.1;0\n"),
            ("DAT_ASCII_EURUSD_M1_2019.txt", "Gap of 61s\n"),
            ("deep/USDJPY.csv", BarFile.Header + BarFile.Good + "USDJPY,2019,1\n")
        );

        var read = await BarFile.Read(_file.Write("two.zip", zip));

        Assert.Equal(2, read.Bars.Count);
        Assert.Empty(read.Broken);
        Assert.EndsWith("two.zip!deep/USDJPY.csv", Assert.Single(read.Refused).File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_stands_for_its_bar_files_sorted_and_deep_and_each_file_once()
    {
        foreach (var name in (string[])["b.csv", "a.csv.gz", "deep/c.zip", "README.md"])
        {
            _file.Write(name, "x");
        }

        var files = BarFilePaths.Expand([Path.Combine(_file.Folder, "b.csv"), _file.Folder]);

        Assert.Equal(["b.csv", "a.csv.gz", "deep/c.zip"], files.Select(file => Path.GetRelativePath(_file.Folder, file)));
    }

    [Fact]
    public void A_path_that_is_not_there_and_a_folder_without_bar_files_are_named()
    {
        Directory.CreateDirectory(Path.Combine(_file.Folder, "bare"));

        Assert.Contains(
            "absent",
            Assert.Throws<FileNotFoundException>(() => BarFilePaths.Expand(["absent"])).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "bare",
            Assert.Throws<FileNotFoundException>(() => BarFilePaths.Expand([Path.Combine(_file.Folder, "bare")])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Batches_hold_no_more_rows_than_asked_for_and_together_all_but_for_the_few_that_wait_for_their_spacing_to_be_known()
    {
        var rows = string.Concat(Enumerable.Range(0, 45).Select(i => $"EURUSD,2019-10-01T00:{i:00}:00Z,1.1,1.2,1.0,1.1,0\n"));
        var path = _file.Write("some.csv", BarFile.Header + rows + "bad\n");
        List<long> sizes = [];
        await foreach (
            var batch in new BarFileReader(TimeProvider.System).Read(path, new() { BatchRows = 10 }, TestContext.Current.CancellationToken)
        )
        {
            sizes.Add(batch.Rows);
        }

        // Twenty rows tell that they are a minute apart.
        Assert.Equal([0, 20, 10, 10, 6], sizes);
    }

    [Fact]
    public async Task The_real_quarter_is_read_whole()
    {
        var data = Path.GetFullPath(Path.Combine(Home(), "../shared/data/fx-1m-2019q4"));
        Assert.SkipUnless(Directory.Exists(data), "needs ../shared/data");
        var rows = 0;
        foreach (var file in BarFilePaths.Expand([data]))
        {
            await foreach (var batch in new BarFileReader(TimeProvider.System).Read(file, new(), TestContext.Current.CancellationToken))
            {
                rows += batch.Bars.Count;
                Assert.Empty(batch.Refused);
                Assert.Null(batch.Broken);
            }
        }

        Assert.Equal(562_733, rows);
    }

    internal static string Home()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
