namespace DxyOrleans.Abstractions;

/// <summary>
/// What silos of two builds agree on while a cluster is upgraded one silo after the other. Raised by one with any change of a grain
/// interface or a message; such a change only adds: methods, fields with a new id. A grain of the newer version serves callers of both; a
/// call of the newer version to a grain of the older moves that grain.
/// </summary>
public static class Contract
{
    public const ushort Version = 2;
}
