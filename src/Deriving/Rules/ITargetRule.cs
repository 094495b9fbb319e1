using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Deriving.Slices;
using Npgsql;

namespace DxyOrleans.Deriving.Rules;

/// <summary>How one target's bars come from the tables: its inputs read, the pure rule applied. Writes nothing.</summary>
public interface ITargetRule
{
    Series Series { get; }

    /// <summary>How long after its open a bar may be emitted: its length, and the grace where it is emitted by time.</summary>
    TimeSpan Ripeness { get; }

    /// <summary>The window that one transaction should take on bar by bar, and begins with.</summary>
    TimeSpan MaxSlice { get; }

    /// <summary>The longest window that one transaction may take on, where it is quick enough.</summary>
    TimeSpan MaxBlock => MaxSlice;

    /// <summary>The registry row the rule was made from; null for a rule that any row gives. A deriving transaction that finds another row
    /// derives nothing.</summary>
    string? Metadata { get; }

    /// <summary>How far back a deletion of inputs is a correction; what was older when it went is kept no longer, and changes nothing.
    /// Market time.</summary>
    TimeSpan CorrectionWindow => DerivingOptions.UsualCorrectionWindow;

    /// <summary>Whether the route decides where this target's bars live; rollups always live in <c>derived_data_bars</c>.</summary>
    bool IsRouted { get; }

    /// <summary>The deriving version that new rows of its carry.</summary>
    int Version => DerivingRules.Default.Version;

    /// <summary>The source its rows bear in a table.</summary>
    string SourceIn(BarTable table);

    /// <summary>Rules of larger rollups of the same bars: what is due of them in a long slice of this one is derived with it.</summary>
    IReadOnlyList<ITargetRule> Coarser => [];

    /// <summary>The same in columns, compared with what is stored, for a long slice; null when the rule has no way to, or none for what is
    /// stored there.</summary>
    /// <param name="connection">Open; the transaction is the caller's.</param>
    /// <param name="work">This target's slice, then those of <see cref="Coarser"/> that go with it, each within the first. A block is
    /// returned for each.</param>
    /// <param name="route">Where the symbol's 1m bars stand.</param>
    /// <param name="cancellation">Ends the reading.</param>
    internal Task<IReadOnlyList<IBarBlock>?> DeriveBlocksAsync(
        NpgsqlConnection connection,
        IReadOnlyList<TargetSlice> work,
        Route route,
        CancellationToken cancellation
    ) => Task.FromResult<IReadOnlyList<IBarBlock>?>(null);

    /// <summary>Reads the inputs in statements of their own and derives the window's bars.</summary>
    /// <param name="connection">Open; the transaction, if any, is the caller's.</param>
    /// <param name="window">Bars wanted, by their open.</param>
    /// <param name="version">Derive by this version whatever the stored rows carry; null: stored rows keep theirs.</param>
    /// <param name="route">Where the symbol's 1m bars stand.</param>
    /// <param name="cancellation">Ends the reading.</param>
    Task<Derived> DeriveAsync(
        NpgsqlConnection connection,
        TimeRange window,
        IDerivingRule? version,
        Route route,
        CancellationToken cancellation
    );
}
