using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Client.Commands.Verify;

/// <summary>The comparison of a range of one target, window by window.</summary>
internal sealed class Verification(Series target)
{
    /// <summary>Differences kept for the report.</summary>
    const int Keep = 1000;

    public Series Target => target;

    public long Compared { get; private set; }

    public long Missing { get; private set; }

    public long Different { get; private set; }

    /// <summary>Rows that no input gives and no record explains.</summary>
    public long Unexplained { get; private set; }

    /// <summary>Rows whose inputs are gone and which agree with their record.</summary>
    public long InputsGone { get; private set; }

    /// <summary>Bars that the inputs give and that the host deleted softly: they stay deleted.</summary>
    public long SoftDeleted { get; private set; }

    /// <summary>Bars that can't be judged, or not wholly, because an input of theirs is no bar.</summary>
    public long Unfit { get; private set; }

    public List<(TargetDifference Difference, string Verdict)> Differences { get; } = [];

    /// <summary>Which, with the reason.</summary>
    public List<Parked> UnfitParts { get; } = [];

    public bool HasDifferences => Missing + Different + Unexplained + Unfit > 0;

    /// <summary>Nothing stored that could be compared.</summary>
    public bool IsEmpty => Compared == 0 && Unexplained == 0;

    public async Task RunAsync(
        NpgsqlDataSource database,
        ITargetRule rule,
        TimeRange range,
        Action<double> progress,
        CancellationToken cancellation
    )
    {
        range = range.Widen(target.Timeframe);
        var verifier = new TargetVerifier(database, rule);
        var definition = (rule as IndexTargetRule)?.Definition;
        UtcTime? oldest = null;
        var asked = false;
        for (var from = range.From; from < range.To; from = UtcTime.Min(from + rule.MaxSlice, range.To))
        {
            var window = new TimeRange(from, UtcTime.Min(from + rule.MaxSlice, range.To));
            var comparison = await verifier.CompareAsync(window, onlyUnrecorded: false, cancellation);
            Compared += comparison.Compared;
            SoftDeleted += comparison.SoftDeleted;
            Unfit += comparison.Unfit.Sum(Bars);
            UnfitParts.AddRange(comparison.Unfit.Take(Keep - UnfitParts.Count));
            foreach (var difference in comparison.Differences)
            {
                if (difference.Kind == DifferenceKind.InputsGone && !asked)
                {
                    (oldest, asked) = (await OldestInputAsync(database, rule, cancellation), true);
                }

                Judge(difference, definition, oldest, HostBindings.Of(database));
            }

            progress((window.To - range.From).TotalMinutes);
        }
    }

    /// <summary>How many bars of the target a part holds.</summary>
    public long Bars(Parked part) => part.Range.Length.Ticks / target.Timeframe.Ticks;

    void Judge(TargetDifference difference, IndexDefinition? definition, UtcTime? oldest, HostBinding binding)
    {
        var verdict = difference.Kind switch
        {
            DifferenceKind.Missing => "missing",
            DifferenceKind.Different => "different",
            _ when difference.Expected is not null
                    || InputsGoneRule.Stands(
                        definition,
                        difference.Stored!,
                        difference.Raw,
                        oldest,
                        binding.Data.Precision(target.Symbol),
                        binding.Derived.Precision(target.Symbol)
                    ) => "inputs gone",
            _ => "unexplained",
        };
        switch (verdict)
        {
            case "missing":
                Missing++;
                break;
            case "different":
                Different++;
                break;
            case "unexplained":
                Unexplained++;
                break;
            default:
                InputsGone++;
                break;
        }

        if (Differences.Count < Keep)
        {
            Differences.Add((difference, verdict));
        }
    }

    // Kept: a bar stands because nothing that is left of its inputs speaks against it.
    static async Task<UtcTime?> OldestInputAsync(NpgsqlDataSource database, ITargetRule rule, CancellationToken cancellation)
    {
        var (symbols, table) = rule is IndexTargetRule index
            ? (index.Definition.Components.Select(component => component.Symbol.Name).ToArray(), BarTable.Data)
            : ([rule.Series.Symbol.Name], (await RouteReader.RouteAsync(database, rule.Series.Symbol, cancellation)).Read);
        await using var command = database.Statement("oldest_input");
        command.Parameters.With(symbols).With(table.Name);
        return await command.ExecuteScalarAsync(cancellation) is DateTime oldest ? UtcTime.From(oldest) : null;
    }
}
