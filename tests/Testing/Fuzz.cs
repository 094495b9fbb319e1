using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace DxyOrleans.Testing;

/// <summary>
/// Gives a parser every line of a corpus (<c>Corpus/NAME.txt</c>, escaped as in C) and then damaged copies of them. A suite's run takes a
/// fixed few; <c>DXY_FUZZ_SECONDS</c> gives each parser that long, <c>DXY_TEST_SEED</c> another beginning. What breaks one is printed as a
/// line for the corpus.
/// </summary>
public static class Fuzz
{
    const int MaxLength = 1 << 17;

    // What parsers stumble over: ends of ranges, signs of their own language, bytes that are no text, digits that aren't ASCII's.
    static readonly byte[][] Tokens =
    [
        .. (
            (string[])
                [
                    "0",
                    "-1",
                    "1e308",
                    "9223372036854775808",
                    "79228162514264337593543950336",
                    "0.0000000000000000000000000001",
                    "NaN",
                    "Infinity",
                    "1,5",
                    "٣",
                    "０",
                    "\0",
                    "\n",
                    "\r\n",
                    "\t",
                    "\u001b[2J",
                    "\u202e",
                    "\uFEFF",
                    "\"",
                    "'",
                    "''",
                    ";",
                    ",",
                    "=",
                    "&",
                    "?",
                    "#",
                    "@",
                    ":",
                    "/",
                    "//",
                    "../",
                    "%",
                    "%00",
                    "%zz",
                    "{",
                    "}",
                    "[",
                    "]",
                    "[[[[[[[[",
                    "\\",
                    "\\u0000",
                    "$1",
                    "--",
                    "--json",
                    "Z",
                    "+99:99",
                    "2024-02-30",
                    "9999-12-31T23:59:59.9999999Z",
                    "0001-01-01T00:00:00Z",
                    "null",
                    "true",
                    "service=",
                    "Password=",
                    "İ",
                    "ß",
                    "😀",
                ]
        ).Select(Encoding.UTF8.GetBytes),
        [0xFF],
        [0xC3],
        [0xED, 0xA0, 0x80],
        [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0x80],
    ];

    static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("DXY_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20_241_105;

    static TimeSpan? Longer =>
        double.TryParse(Environment.GetEnvironmentVariable("DXY_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <param name="corpus">The corpus' name.</param>
    /// <param name="rounds">Damaged copies in a suite's run.</param>
    /// <param name="trial">Fails or throws where the parser doesn't do what it ought to.</param>
    public static async Task RunAsync(string corpus, int rounds, Func<byte[], Task> trial)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Corpus", corpus + ".txt"));
        byte[][] seeds = [.. lines.Where(line => line.Length > 0).Select(line => Encoding.UTF8.GetBytes(Regex.Unescape(line)))];
        foreach (var seed in seeds)
        {
            await TryAsync(corpus, seed, trial);
        }

        var random = new Random(Seed);
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; Longer is { } longer ? Stopwatch.GetElapsedTime(began) < longer : round < rounds; round++)
        {
            await TryAsync(corpus, Damaged(seeds, random), trial);
        }
    }

    /// <summary>The same for parsers of text; bytes that are none arrive as the replacement character.</summary>
    public static Task RunAsync(string corpus, int rounds, Action<string> trial) => RunAsync(corpus, rounds, input =>
        {
            trial(Encoding.UTF8.GetString(input));
            return Task.CompletedTask;
        });

    static async Task TryAsync(string corpus, byte[] input, Func<byte[], Task> trial)
    {
        try
        {
            await trial(input);
        }
        catch (Exception fault)
        {
            Assert.Fail($"{corpus}: {Line(input)}\n{fault}");
        }
    }

    static byte[] Damaged(byte[][] seeds, Random random)
    {
        var input = seeds[random.Next(seeds.Length)].ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(input.Count + 1);
            var length = random.Next(Math.Min(input.Count - at, 24) + 1);
            switch (random.Next(7))
            {
                case 0 when at < input.Count:
                    input[at] = (byte)random.Next(256);
                    break;
                case 1:
                    input.RemoveRange(at, length);
                    break;
                case 2:
                    input.InsertRange(at, input.GetRange(at, length));
                    break;
                case 3:
                    var other = seeds[random.Next(seeds.Length)];
                    input.InsertRange(at, other.AsSpan(random.Next(other.Length + 1)));
                    break;
                case 4 when random.Next(20) == 0:
                    input.InsertRange(at, Enumerable.Repeat((byte)random.Next(32, 127), random.Next(1 << 16)));
                    break;
                default:
                    input.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return [.. input.Take(MaxLength)];
    }

    static string Line(byte[] input) =>
        string.Concat(
            Encoding
                .UTF8.GetString(input)
                .Take(2000)
                .Select(c => c is < ' ' or '\\' or > '~' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString())
        );
}
