namespace DxyOrleans.Client.Cli;

/// <summary>Files that people write by hand, read whole.</summary>
internal static class SmallFile
{
    /// <summary>The most such a file may hold, bytes.</summary>
    public const int MaxBytes = 16 << 20;

    /// <exception cref="FaultException">It holds more, or never ends.</exception>
    public static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = file.Read(buffer)) > 0; )
        {
            content.Write(buffer, 0, count);
            if (content.Length > MaxBytes)
            {
                throw new Fault(
                    ExitCode.Usage,
                    "file-too-large",
                    $"the file holds more than {MaxBytes >> 20} MiB",
                    path,
                    "is it the right one?"
                ).ToException();
            }
        }

        return content.ToArray();
    }
}
