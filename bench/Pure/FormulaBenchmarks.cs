using BenchmarkDotNet.Attributes;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Bench.Pure;

/// <summary>The index's level of one minute, alone and as one of a day's in columns.</summary>
public class FormulaBenchmarks
{
    const int Minutes = 1440;

    static readonly double[] Prices = [1.1043, 150.12, 1.2654, 1.3561, 10.3712, 0.8843];

    readonly double[][] _columns =
    [
        .. Prices.Select(price => Enumerable.Range(0, Minutes).Select(n => Math.Round(price * (1 + (0.01 * Math.Sin(n))), 5)).ToArray()),
    ];
    readonly double[] _closes = new double[Prices.Length];

    [Benchmark(Description = "DXY of one minute, by itself", OperationsPerInvoke = Minutes)]
    public decimal ByItself()
    {
        var sum = 0m;
        for (var n = 0; n < Minutes; n++)
        {
            for (var i = 0; i < _closes.Length; i++)
            {
                _closes[i] = _columns[i][n];
            }

            sum += IndexFormula.Level(IndexDefinition.Dxy, _closes);
        }

        return sum;
    }

    [Benchmark(Description = "DXY of one minute, in columns of a day", OperationsPerInvoke = Minutes)]
    public long[] Columns() => IndexLevels.Compute(IndexDefinition.Dxy, _columns);
}
