using System.Globalization;

namespace DxyOrleans.Bars.Reading;

/// <summary>More bars wait for the database than may: the sender is faster than it, or it is away. Nothing of the request is stored; it may
/// be made again later.</summary>
public sealed class TooManyBarsException(long waiting, int limit)
    : Exception(
        string.Create(CultureInfo.InvariantCulture, $"{waiting} bars wait for the database, of at most {limit}; send these again later")
    );
