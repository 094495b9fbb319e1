using System.IO.Compression;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Feeds.Tests.Files;

/// <summary>A file written for one test, and what reading it gave.</summary>
sealed class BarFile : IDisposable
{
    public const string Header = "symbol,ts_utc,open,high,low,close,volume\n";
    public const string Good = "EURUSD,2019-10-01T00:00:00Z,1.08992,1.08995,1.08983,1.08984,0\n";
    public const string AlsoGood = "EURUSD,2019-10-01T00:01:00Z,1.08985,1.08988,1.08977,1.08978,0\n";

    static readonly DateTimeOffset Now = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);
    readonly string _folder = Directory.CreateTempSubdirectory("dxy-feeds-").FullName;

    public sealed record Outcome(
        IReadOnlyList<Bar> Bars,
        IReadOnlyList<RefusedRow> Refused,
        int Repeated,
        int PassedOver,
        IReadOnlyList<RefusedRow> Broken
    )
    {
        public PassedOver Passed { get; init; }

        public IReadOnlyList<CopiedBar> Copied { get; init; } = [];

        public int Quotes { get; init; }

        public OtherSymbols? Others { get; init; }

        public IReadOnlyList<string> Notes { get; init; } = [];
    }

    public string Folder => _folder;

    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public static byte[] Gzip(string content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(content));
        }

        return packed.ToArray();
    }

    public static byte[] Zip(params (string Name, string Content)[] entries)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return packed.ToArray();
    }

    /// <summary>Reads as of 2020-01-01T12:00Z.</summary>
    public static async Task<Outcome> Read(string path, BarFileOptions? options = null)
    {
        List<Bar> bars = [];
        List<RefusedRow> refused = [];
        List<RefusedRow> broken = [];
        List<CopiedBar> copied = [];
        List<string> notes = [];
        var (repeated, passed, others, quotes) = (0, default(PassedOver), default(OtherSymbols), 0);
        await foreach (
            var batch in new BarFileReader(new FakeTimeProvider(Now)).Read(path, options ?? new(), TestContext.Current.CancellationToken)
        )
        {
            bars.AddRange(batch.Bars);
            refused.AddRange(batch.Refused);
            repeated += batch.Repeated;
            quotes += batch.Quotes;
            copied.AddRange(batch.Copied);
            notes.AddRange(batch.Notes);
            others = batch.Others ?? others;
            passed = new PassedOver(
                passed.OtherSymbols + batch.PassedOver.OtherSymbols,
                passed.OtherTimeframes + batch.PassedOver.OtherTimeframes,
                passed.ClosedMarket + batch.PassedOver.ClosedMarket,
                passed.Deleted + batch.PassedOver.Deleted,
                passed.Running + batch.PassedOver.Running
            );
            if (batch.Broken is { } fault)
            {
                broken.Add(fault);
            }
        }

        return new Outcome(bars, refused, repeated, passed.Rows, broken)
        {
            Passed = passed,
            Copied = copied,
            Others = others,
            Quotes = quotes,
            Notes = notes,
        };
    }

    public async Task<Outcome> ReadText(string content, BarFileOptions? options = null, string name = "some.csv") =>
        await Read(Write(name, content), options);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
