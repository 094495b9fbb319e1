namespace DxyOrleans.Core.Bars;

/// <summary>The values of the column <c>source</c> that we write.</summary>
public static class BarSource
{
    public const string Ingest = "ingest";
    public const string Vendor = "massive_api";
    public const string Synthetic = "synthetic";
    public const string Derived = "derived";
}
