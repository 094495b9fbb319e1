using System.Text;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.Client.Commands.Symbols;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Fuzzing;

/// <summary>Every parser of what comes from outside takes anything: it reads it, or refuses it in the way it says.</summary>
public sealed class ParserTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("dxy-hostile-").FullName;

    string Given => Path.Combine(_folder, "given.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_time_is_refused_or_written_as_it_was_read() => Fuzz.RunAsync("times", 20_000, text =>
        {
            if (UtcTime.TryParse(text, out var time))
            {
                Assert.True(UtcTime.TryParse(time.ToString(), out var again));
                Assert.Equal(time, again);
            }
        });

    [Fact]
    public Task A_name_is_refused_or_written_as_it_was_read() => Fuzz.RunAsync("names", 20_000, text =>
        {
            if (Symbol.TryParse(text, out var symbol))
            {
                Assert.Equal(symbol, Symbol.Parse(symbol.Name));
                Assert.True(symbol.Name.All(char.IsAscii) && symbol.Name.Length <= 16, symbol.Name);
            }

            if (Series.TryParse(text, out var series))
            {
                Assert.Equal(series, Series.Parse(series.ToString()));
            }

            _ = Timeframe.TryParse(text, out _);
        });

    [Fact]
    public Task A_duration_is_refused_or_longer_than_nothing() =>
        Fuzz.RunAsync("durations", 20_000, text => Assert.True(!Durations.TryParse(text, out var span) || span > TimeSpan.Zero));

    [Fact]
    public Task A_connection_is_refused_as_an_argument_or_read() => Fuzz.RunAsync("connections", 4000, text =>
        {
            try
            {
                _ = DatabaseUrl.ToUrl(LibpqDefaults.Complete(text, _ => null));
            }
            catch (ArgumentException)
            {
                // What it says it does.
            }

            _ = Secrets.Mask(text);
        });

    [Fact]
    public Task A_settings_file_and_a_registry_file_are_read_or_refused_by_name() => Fuzz.RunAsync("json", 2000, async input =>
        {
            await File.WriteAllBytesAsync(Given, input);
            Refused(() => SettingsFile.Read(Given));
            Refused(() => RegistryFile.Read(Given));

            void Refused(Action read)
            {
                try
                {
                    read();
                }
                catch (FaultException refused)
                {
                    Assert.Contains(Given, refused.Fault.Where, StringComparison.Ordinal);
                }
            }
        });

    [Fact]
    public Task A_file_of_bars_plain_or_packed_or_damaged_when_packed_is_never_thrown_over() => Fuzz.RunAsync("bars", 600, async input =>
        {
            var packed = Packed(input);
            foreach (var content in (byte[][])[input, packed[0], packed[1], Cut(packed[0]), Cut(packed[1])])
            {
                var path = Path.Combine(_folder, "EURUSD.csv");
                await File.WriteAllBytesAsync(path, content);
                await foreach (
                    var batch in new BarFileReader(TimeProvider.System).Read(path, new BarFileOptions { MaxUncompressedBytes = 1 << 20 })
                )
                {
                    Assert.All(batch.Refused, row => Assert.DoesNotContain(row.ToString(), char.IsControl));
                    Assert.All(batch.Bars, bar => Assert.True(bar.Low <= bar.High && bar.Low > 0));
                }
            }
        });

    [Fact]
    public async Task Arguments_end_with_a_code_that_is_no_bug_and_say_why_in_one_line()
    {
        await using var dxy = Dxy.Alone();
        dxy.Variables["DXY_DATABASE"] = "Host=127.0.0.1;Port=1;Username=u;Password=hunter22;Database=d;Timeout=2";
        string[] verbs = ["bars", "explain", "verify", "gaps", "derive", "migrate", "symbols", "import", "config", "due", "health"];
        await Fuzz.RunAsync("arguments", 200, async input =>
        {
            // No caller can give a NUL.
            var arguments = Encoding.UTF8.GetString(input).Replace("\0", "", StringComparison.Ordinal).Split('\n');
            if (!verbs.Contains(arguments[0]) || arguments.Contains("rehearse"))
            {
                return;
            }

            var called = await dxy.RunAsync(arguments);
            Assert.True(called.Code is 0 or 2 or 3 or 4 or 5, called.ToString());
            Assert.DoesNotContain("hunter22", called.ToString(), StringComparison.Ordinal);
            Assert.True(called.Code == 0 || called.Out.Length > 0 || called.Error.Length > 0, called.ToString());
        });
    }

    static byte[][] Packed(byte[] content)
    {
        var gzip = new MemoryStream();
        using (var stream = new System.IO.Compression.GZipStream(gzip, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(content);
        }

        var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("../EURUSD.csv").Open();
            entry.Write(content);
        }

        return [gzip.ToArray(), zip.ToArray()];
    }

    // The same damage for the same input.
    static byte[] Cut(byte[] packed)
    {
        if (packed.Length < 5)
        {
            return packed;
        }

        var random = new Random(packed.Length);
        var damaged = packed[..random.Next(4, packed.Length)];
        damaged[random.Next(4, damaged.Length + 1) - 1] ^= (byte)random.Next(1, 256);
        return damaged;
    }
}
