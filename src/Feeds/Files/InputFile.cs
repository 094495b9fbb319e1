using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace DxyOrleans.Feeds.Files;

/// <summary>Opens a file as what its first bytes say it is: gzip, zip or plain; never by its name.</summary>
static class InputFile
{
    const string NoPipes = "it is a pipe, which can't be looked at twice; write it to a file first";

    // Of an entry's name; the format allows 65,535.
    const int MaxName = 200;

    // Bytes of an archive's list of entries: some 50,000 of them.
    const long MaxDirectory = 8 << 20;

    // Without it a gzip that is cut off ends like a whole one. The entry programs set it in their runtime configuration as well,
    // for a process that unpacked something before coming here.
    static InputFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>The parts of the file, each to be disposed before the next is asked for.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">The archive is cut off or damaged.</exception>
    public static async IAsyncEnumerable<InputPart> Parts(string path, long maxUnpacked, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (Pipe.IsAt(path))
        {
            throw new IOException(NoPipes);
        }

        await using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite,
            1 << 16,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );
        if (!file.CanSeek)
        {
            throw new IOException(NoPipes);
        }

        var magic = new byte[4];
        var length = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancel);
        file.Position = 0;
        switch (magic.AsSpan(0, length))
        {
            case [0x1F, 0x8B, ..]:
                yield return new InputPart(path, new GZipStream(file, CompressionMode.Decompress), new UnpackLimit(maxUnpacked));
                break;
            case [(byte)'P', (byte)'K', 3, 4]:
            case [(byte)'P', (byte)'K', 5, 6]:
                var limit = new UnpackLimit(maxUnpacked);
                await using (var listing = new DirectoryStream(file, MaxDirectory))
                await using (
                    var archive = await ZipArchive.CreateAsync(
                        listing,
                        ZipArchiveMode.Read,
                        leaveOpen: true,
                        entryNameEncoding: null,
                        cancel
                    )
                )
                {
                    var entries = Wanted(archive);
                    listing.Free();
                    foreach (var entry in entries)
                    {
                        yield return new InputPart(
                            $"{path}!{RefusedRow.Printable(entry.FullName, MaxName)}",
                            await entry.OpenAsync(cancel),
                            limit,
                            entry.Length,
                            entry.Crc32
                        );
                    }
                }

                break;
            default:
                yield return new InputPart(path, file, limit: null);
                break;
        }
    }

    // Vendors pack a report beside the data (HistData a .txt of gaps): where there is CSV, the rest is not meant.
    static List<ZipArchiveEntry> Wanted(ZipArchive archive)
    {
        var files = archive
            .Entries.Where(entry => entry.Name.Length > 0 && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal))
            .ToList();
        var csv = files.Where(entry => entry.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)).ToList();
        return csv.Count > 0 ? csv : files;
    }
}
