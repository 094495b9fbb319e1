using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;

namespace DxyOrleans.Bench.Measurements;

/// <summary>One named measurement: ours and its floor in turn, on one server, in one run.</summary>
internal interface IMeasurement
{
    string Name { get; }

    /// <summary>One line for the list.</summary>
    string What { get; }

    /// <summary>Rounds when nobody says how many; one more goes first and is thrown away where code has to warm up.</summary>
    int Rounds { get; }

    /// <summary>Whether it is left out when no names are given: it takes minutes, or gigabytes.</summary>
    bool OnlyWhenNamed => false;

    Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation);
}
