using System.Security.Cryptography;

namespace DxyOrleans.Web.Access;

/// <summary>A database role that logged in here: what it orders is ordered by it.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Connection">A connection string of its own, password and all; it never leaves this process.</param>
/// <param name="MayOrder">Whether it may order migrations.</param>
/// <param name="MayApprove">Whether it may approve them.</param>
sealed record Login(string Role, string Connection, bool MayOrder, bool MayApprove)
{
    /// <summary>What each of its orders has to bear in a header: a page of another site can't know it.</summary>
    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
