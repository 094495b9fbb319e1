using System.Buffers.Binary;
using System.IO.Compression;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>How large a file is unpacked, as far as its own words go: for the time left, nothing else.</summary>
internal static class FileSize
{
    public static double Unpacked(string path)
    {
        try
        {
            // To open a named pipe waits for who writes to it.
            if (Pipe.IsAt(path))
            {
                return 0;
            }

            using var file = File.OpenRead(path);
            Span<byte> magic = stackalloc byte[4];
            if (file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4)
            {
                return file.Length;
            }

            if (magic is [0x1F, 0x8B, ..])
            {
                file.Seek(-4, SeekOrigin.End);
                file.ReadExactly(magic);
                return BinaryPrimitives.ReadUInt32LittleEndian(magic);
            }

            if (magic is [(byte)'P', (byte)'K', ..])
            {
                using var archive = new ZipArchive(file, ZipArchiveMode.Read);
                return archive.Entries.Sum(entry => (double)entry.Length);
            }

            return file.Length;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Reading it in earnest will say what is wrong.
            return 0;
        }
    }
}
