using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DxyOrleans.Feeds.Files;

/// <summary>Tells a named pipe from a file without opening it in earnest: that would wait until somebody writes to it.</summary>
public static class Pipe
{
    const int WithoutWaiting = 0x800;
    const int WithoutWaitingOnMac = 0x4;
    const int FromHere = 1;

    /// <summary>Whether the path names a pipe; false also where it can't be opened, which opening it says better.</summary>
    public static bool IsAt(string path)
    {
        var number = Open(path, OperatingSystem.IsMacOS() ? WithoutWaitingOnMac : WithoutWaiting);
        using var handle = new SafeFileHandle(number, ownsHandle: number >= 0);
        return number >= 0 && Seek(number, 0, FromHere) < 0;
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "lseek")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern long Seek(int file, long offset, int whence);
}
