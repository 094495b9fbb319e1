using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>What is random in a test comes from one number, which is printed; <c>DXY_TEST_SEED</c> gives it again.</summary>
public static class Seed
{
    static readonly Lazy<int> Drawn = new(() =>
        Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next()
    );

    /// <summary>The number, and prints it with the test.</summary>
    public static int Tell()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    DXY_TEST_SEED={Drawn.Value}"));
        return Drawn.Value;
    }

    /// <summary>A number of its own for one purpose, so that what is drawn for another doesn't change it.</summary>
    public static int Of(string purpose) => purpose.Aggregate(Drawn.Value, (hash, letter) => unchecked((hash * 31) + letter));
}
