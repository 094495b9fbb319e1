namespace DxyOrleans.Delivery.Tests;

/// <summary>Tests that publish, pack or run whole walks take a minute each, and have to be asked for.</summary>
public static class Wanted
{
    public const string Why = "DXY_DELIVER=1 publishes, packs and walks the tour; some minutes";

    /// <summary>Whether they were asked for.</summary>
    public static bool IsDelivery => Is("DXY_DELIVER") || Is("DXY_LONG");

    static bool Is(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
