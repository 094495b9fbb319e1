using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DxyOrleans.Web.Page;

/// <summary>A file of the page, as it was built in.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Plain">As it is.</param>
/// <param name="Packed">The same by gzip.</param>
/// <param name="Tag">Its revision.</param>
sealed record PageFile(string Type, byte[] Plain, byte[] Packed, string Tag);

/// <summary>The page's files, packed when the first of them is asked for: a silo whose page nobody opens keeps none.</summary>
sealed class PageFiles
{
    const string Folder = "page/";

    static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    readonly Lazy<FrozenDictionary<string, PageFile>> _files = new(Load);

    /// <summary>A file by its path, <c>index.html</c> or <c>assets/…</c>; null where there is none.</summary>
    public PageFile? Find(string path) => _files.Value.GetValueOrDefault(path);

    static FrozenDictionary<string, PageFile> Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Folder.Length..],
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var plain = new byte[stream.Length];
                    stream.ReadExactly(plain);
                    return new PageFile(
                        Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream"),
                        plain,
                        Pack(plain),
                        $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 16))}\""
                    );
                }
            );
    }

    static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
