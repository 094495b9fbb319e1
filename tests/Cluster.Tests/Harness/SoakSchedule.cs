namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Which fault comes when, and to whom: each once in an order drawn, then any of those that may come again. It depends on the seed
/// alone, not on what a machine makes of it.</summary>
public sealed class SoakSchedule(IReadOnlyList<SoakFault> faults, int seed)
{
    readonly Random _random = new(seed);
    readonly Queue<SoakFault> _first = new();
    bool _begun;

    /// <summary>The next: how long to wait before it, real time; what it is; and which silo it strikes, where it strikes one.</summary>
    public (TimeSpan Wait, SoakFault Fault, int Whom) Next()
    {
        if (!_begun)
        {
            _begun = true;
            var order = faults.ToArray();
            _random.Shuffle(order);

            // What happens once and to all comes first, so that the silo that is spared afterwards lives long.
            Array.ForEach([.. order.Where(fault => fault.Once), .. order.Where(fault => !fault.Once)], _first.Enqueue);
        }

        var again = faults.Where(fault => !fault.Once).ToList();
        var (wait, drawn, whom) = (
            TimeSpan.FromSeconds(1 + (_random.NextDouble() * 6)),
            again[_random.Next(again.Count)],
            1 + _random.Next(2)
        );
        return (wait, _first.TryDequeue(out var first) ? first : drawn, whom);
    }
}
