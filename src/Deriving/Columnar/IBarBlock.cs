using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>What a rule gave for a long window, in columns, compared with what is stored.</summary>
interface IBarBlock
{
    int Count { get; }

    /// <summary>Whether the table held nothing in the window.</summary>
    bool IsNew { get; }

    /// <summary>Whether the table holds bars in the window for which the rule gives none.</summary>
    bool HasStrays { get; }

    /// <summary>The places of the bars that are not known to stand in the table just so: only these need to go to the server.</summary>
    IReadOnlyList<int> Differing { get; }

    ImmutableArray<SkipCause> Skipped { get; }

    UtcTime Time(int place);

    BarRow Row(int place);

    /// <summary>Appends a bar's values from the open to whether it is partial.</summary>
    void AppendValues(int place, BinaryRows rows);

    /// <summary>Appends a bar's provenance.</summary>
    void AppendRaw(int place, BinaryRows rows);
}
