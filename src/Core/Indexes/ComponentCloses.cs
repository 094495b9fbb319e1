using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// The final closes of one component in columns, ascending by minute, each minute at most once.
/// Minutes are <see cref="Time.UtcTime.Minute"/>; partial bars are left out by whoever fills it.
/// </summary>
public sealed class ComponentCloses(Symbol symbol)
{
    public Symbol Symbol { get; } = symbol;

    public List<long> Minutes { get; } = [];

    public List<double> Closes { get; } = [];

    /// <exception cref="ArgumentException">Not later than the last minute.</exception>
    public void Add(long minute, double close)
    {
        if (Minutes.Count > 0 && minute <= Minutes[^1])
        {
            throw new ArgumentException($"{Symbol}: minutes have to ascend.", nameof(minute));
        }

        Minutes.Add(minute);
        Closes.Add(close);
    }
}
