using DxyOrleans.Core.Gates;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>What was found when the old table's bars were compared with the new table's before the copy.</summary>
sealed record ConflictCounts
{
    /// <summary>Which classification it is, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>Up to where bars are compared; null before the first.</summary>
    public DateTime? Next { get; init; }

    /// <summary>Orders to try again that were given before it began.</summary>
    public long Retries { get; init; }

    /// <summary>Whether every bar was compared.</summary>
    public bool Complete { get; init; }

    /// <summary>Equal in both tables already.</summary>
    public long Identical { get; init; }

    /// <summary>To be copied.</summary>
    public long Missing { get; init; }

    /// <summary>Copied by this run, and changed in the old table since.</summary>
    public long Stale { get; init; }

    /// <summary>Active rows that a newer version of the same bar stands before.</summary>
    public long Superseded { get; init; }

    /// <summary>Superseded bars that are listed.</summary>
    public long Listed { get; init; }
}

/// <summary>Bars of one class that conflict, and what becomes of them.</summary>
/// <param name="Class"><c>different</c>, <c>foreign</c>, <c>partial</c> or <c>alone</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Unsettled">How many nobody has decided about.</param>
/// <param name="Kept">How many stay as the new table has them.</param>
/// <param name="First">The first few, for people.</param>
sealed record ConflictClass(string Class, long Count, long Unsettled, long Kept, string? First)
{
    public Gate ToGate(string run)
    {
        var what = Class switch
        {
            "foreign" => "bars that another source wrote to data_bars with other values",
            "alone" => "bars of data_bars that derived_data_bars lacks",
            "partial" => "bars of derived_data_bars that are partial and can't be completed",
            _ => "bars that stand in both tables with other values",
        };
        return Gate.Of(
            $"copy/{Class}",
            Unsettled == 0,
            $"no undecided {what}",
            Count == 0
                ? "none"
                : $"{Count}: {Unsettled} undecided, {Kept} to stay as they are, {Count - Unsettled - Kept} "
                    + $"{(Class == "alone" ? "to be removed, as derived_data_bars has none" : "to be taken from derived_data_bars")}{(First is null ? "" : $"; {First}")}",
            $"SELECT * FROM dxy.run_conflict WHERE run = '{run}' AND class = '{Class}'",
            $"'migrate conflicts' lists them; 'migrate set {Class}=keep-target' (or take-source) or 'migrate decide' settles them; or "
                + $"mend them and 'migrate retry'"
        );
    }
}
